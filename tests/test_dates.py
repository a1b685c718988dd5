import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.reading.dates import day_or_month_first, find_dates


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("July 3, 2018", "2018-07-03"),
        ("3rd of July 2018", "2018-07-03"),
        ("14Jun2005", "2005-06-14"),
        ("Sept. 9, 2020", "2020-09-09"),
        ("1er août 2020", "2020-08-01"),
        ("15 de marzo de 2021", "2021-03-15"),
        ("5 de abril de 2020", "2020-04-05"),
        ("3. März 2019", "2019-03-03"),
        ("2 gennaio 2022", "2022-01-02"),
        ("17 EYLÜL 2019", "2019-09-17"),
        ("10 NİSAN 2018", "2018-04-10"),
        ("3 июля 2018 г.", "2018-07-03"),
        ("15 يوليو 2018", "2018-07-15"),
        ("٣٠ تموز ٢٠١٨", "2018-07-30"),
        ("22 जुलाई 2018", "2018-07-22"),
        ("2018年7月30日", "2018-07-30"),
        ("20180730", "2018-07-30"),
        ("2018-07-30T09:15:00Z", "2018-07-30"),
        ("30/07/18", "2018-07-30"),
    ],
)
def test_dates_of_many_languages(text, iso):
    assert [date.iso() for date in find_dates(text)] == [iso]


@pytest.mark.parametrize("text", ["1.2.3.4", "99/99/2018", "room 30, 2018", "31 April 2018", ""])
def test_what_is_no_date(text):
    assert find_dates(text) == []


def test_order_is_decided_by_the_whole_source():
    american = ["07/04/2018", "07/03/2018", "06/30/2018"]
    european = ["04/07/2018", "03/07/2018", "30/06/2018"]
    for texts, order in ((american, "month"), (european, "day")):
        assert day_or_month_first(d for t in texts for d in find_dates(t)) == order


def test_order_is_read_off_the_sequence_where_no_date_decides():
    falling = ["12/05/2018", "11/05/2018", "09/05/2018", "02/05/2018", "08/04/2018"]
    assert day_or_month_first(d for t in falling for d in find_dates(t)) == "day"


@given(
    st.dates(datetime.date(1600, 1, 1), datetime.date(2199, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y"]),
)
def test_every_date_comes_back(date, form):
    (found,) = find_dates(date.strftime(form))
    assert found.iso() == date.isoformat()


@given(st.text())
def test_any_text_is_survived(text):
    for date in find_dates(text):
        assert date.iso() is not None
