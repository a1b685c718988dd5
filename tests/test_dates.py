import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import read_releases
from topics.models.topics_over_time import daily_proportions
from topics.reading.dates import day_or_month_first, find_dates, read_date_cell


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


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("3-Jul-18", "2018-07-03"),
        ("20180703120000", "2018-07-03"),
        ("43284", "2018-07-03"),
        ("1530576000", "2018-07-03"),
        ("1530576000000", "2018-07-03"),
        ("/Date(1530576000000)/", "2018-07-03"),
        ("Tue Jul  3 08:00:00 UTC 2018", "2018-07-03"),
        ("3rd Jul'18", "2018-07-03"),
        ("July 2018", "2018-07"),
        ("2018-07", "2018-07"),
        ("07/2018", "2018-07"),
        ("2018", "2018"),
        ("3. července 2018", "2018-07-03"),
        ("3 Ιουλίου 2018", "2018-07-03"),
        ("3 maj 2018", "2018-05-03"),
        ("2018. július 3.", "2018-07-03"),
        ("2018 m. liepos 3 d.", "2018-07-03"),
        ("ngày 3 tháng 7 năm 2018", "2018-07-03"),
        ("3 กรกฎาคม 2561", "2018-07-03"),
        ("3/7/2561", "2018-07-03"),
        ("1397-04-12", "2018-07-03"),
        ("۱۳۹۷/۰۴/۱۲", "2018-07-03"),
        ("12 تیر 1397", "2018-07-03"),
        ("13/02/1440", "2018-10-22"),
        ("13 صفر 1440", "2018-10-22"),
        ("平成30年7月3日", "2018-07-03"),
        ("令和元年7月3日", "2019-07-03"),
        ("民國107年7月3日", "2018-07-03"),
        ("٠٣/٠٧/٢٠١٨", "2018-07-03"),
    ],
)
def test_cells_of_a_column_of_dates(cell, iso):
    assert [date.iso(day_or_month_first([date])) for date in read_date_cell(cell)] == [iso]


@pytest.mark.parametrize(
    "cell", ["", "soon", "1400", "3 of 7", "12:30", "0000-00-00", "99999999999999999999"]
)
def test_cells_that_are_no_dates(cell):
    assert read_date_cell(cell) == []


def test_a_slash_is_american_only_where_the_releases_are_english():
    french = "Le ministre a visité le pont de la vallée avec les habitants du village."
    english = "The minister visited the bridge over the valley with people of the village."
    for text, date in ((french, "2018-03-05"), (english, "2018-05-03")):
        rows = [{"text": text, "date": "05/03/2018"}, {"text": text, "date": "06/03/2018"}]
        assert read_releases(rows, languages=False)["date"][0].as_py() == date


def test_what_was_decided_of_dates_is_said():
    rows = [{"text": "a b c", "date": cell} for cell in ("17/03/2018", "03/17/2018", "05/03/2018")]
    log = read_releases(rows, languages=False).log
    assert any("some dates begin with the day, others with the month" in line for line in log)
    log = read_releases([{"text": "a b c", "date": "1397-04-12"}], languages=False).log
    assert log == ["1 date of the Jalali calendar converted"]


def test_a_month_counts_as_its_first_day_over_time():
    days, _, _ = daily_proportions(["2018-07", "2018-07-02", "2018", None], np.ones((4, 1)))
    assert days == ["2018-07-01", "2018-07-02"]
