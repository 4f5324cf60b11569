"""Cases K21 to K24, on files as spreadsheet programs write them."""

from __future__ import annotations

import datetime
import functools
import http.server
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    Value,
    make_list,
    read_text,
)
from taverna_server.engines.taverna.activities.base import ActivityFailure, RunContext
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.engines.taverna.activities.spreadsheetfiles import csv_rows
from taverna_server.engines.taverna.activities.spreadsheetimport import column_letters, read_import
from taverna_server.workflow.model import Activity, Bean
from taverna_server.workflow.t2flow import read_t2flow
from tests.corpus import CORPUS, needs_corpus

from .conftest import bound

Table = Sequence[Sequence[object]]
Write = Callable[[Path, Table], None]

TABLE: Table = [["name", "count", ""], ["a b", 3, True], ["", "", ""], ["c", 1e10, 0.5]]


def write_xlsx(path: Path, table: Table) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in table:
        book.active.append([cell if cell != "" else None for cell in row])
    book.save(path)


def write_xls(path: Path, table: Table) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("first")
    for r, row in enumerate(table):
        for c, cell in enumerate(row):
            if cell != "":
                sheet.write(r, c, cell)
    book.save(str(path))


def write_ods(path: Path, table: Table) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table as OdfTable
    from odf.table import TableRow

    document = OpenDocumentSpreadsheet()
    sheet = OdfTable(name="first")
    for row in table:
        line = TableRow()
        for cell in row:
            line.addElement(_ods_cell(cell))
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    document.save(str(path))


def _ods_cell(cell: object) -> object:
    from odf.table import TableCell
    from odf.text import P

    if isinstance(cell, bool):
        return TableCell(valuetype="boolean", booleanvalue=str(cell).lower())
    if isinstance(cell, int | float):
        return TableCell(valuetype="float", value=str(cell))
    found = TableCell(valuetype="string") if cell else TableCell()
    if cell:
        found.addElement(P(text=str(cell)))
    return found


WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}


def config(columns: str = "0-2", rows: str = "0--1", **fields: str) -> Bean:
    """Ranges as ``start-end``, with excluded ones after commas; names as ``names="A=x B=y"``."""
    names = tuple(
        Bean("entry", children=tuple(Bean("string", text) for text in pair.split("=")))
        for pair in fields.pop("names", "").split()
    )
    others = tuple(Bean(tag, text) for tag, text in fields.items())
    ranges = (_range("columnRange", columns), _range("rowRange", rows))
    return Bean("bean", children=(*ranges, Bean("columnNames", children=names), *others))


def _range(tag: str, text: str) -> Bean:
    first, *excluded = text.split(",")
    start, _, end = first.partition("-")
    inner = tuple(_range("range", each) for each in excluded)
    return Bean(
        tag, children=(Bean("start", start), Bean("end", end), Bean("excludes", children=inner))
    )


Read = Callable[..., dict[str, Value]]


@pytest.fixture
def read(context: RunContext) -> Read:
    def read(given: Value, setting: Bean | None = None) -> dict[str, Value]:
        activity = bound(context, "spreadsheetimport", setting or config())
        return dict(activity.invoke({"fileurl": given}))

    return read


@pytest.fixture
def csv(context: RunContext) -> Callable[[str], str]:
    def write(text: str) -> str:
        (context.wd / "table.csv").write_text(text, encoding="utf-8", newline="")
        return "table.csv"

    return write


def texts(*items: str) -> ListValue:
    return make_list(items, 1)


@pytest.mark.parametrize("kind", WRITERS)
def test_columns_come_as_lists(read: Read, tmp_path: Path, kind: str) -> None:
    """K21 among others"""
    WRITERS[kind](tmp_path / f"table.{kind}", TABLE)
    assert read(str(tmp_path / f"table.{kind}")) == {
        "A": texts("name", "a b", "", "c"),
        "B": texts("count", "3.0", "", "1.0E10"),
        "C": texts("", "true", "", "0.5"),
    }


@pytest.mark.parametrize("kind", WRITERS)
def test_blank_rows_may_be_left_out(read: Read, tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / "table", TABLE)
    found = read(str(tmp_path / "table"), config("0-0", "1--1", ignoreBlankRows="true"))
    assert found == {"A": texts("a b", "c")}


@pytest.mark.parametrize("kind", WRITERS)
def test_rows_beyond_the_end_of_a_sheet_are_empty(read: Read, tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / "table", TABLE)
    assert read(str(tmp_path / "table"), config("0-0", "3-5")) == {"A": texts("c", "", "")}


def test_dates_are_written_in_iso_form(read: Read, tmp_path: Path) -> None:
    moments = [datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4)]
    write_xlsx(tmp_path / "dates", [moments])
    assert read(str(tmp_path / "dates"), config("0-1")) == {
        "A": texts("2020-01-02"),
        "B": texts("2020-01-02T03:04:00"),
    }


def test_empty_cell_becomes_an_empty_text(read: Read, csv: Callable[[str], str]) -> None:
    """K22"""
    found = read(csv("a,,c"), config(emptyCellPolicy="EMPTY_STRING"))
    assert found == {"A": texts("a"), "B": texts(""), "C": texts("c")}


def test_empty_cell_becomes_an_error(read: Read, csv: Callable[[str], str]) -> None:
    """K23; that a list with an error becomes one error is the engine's doing"""
    error = ErrorDocument("Missing data for spreadsheet cell B{0=a, 1=null, 2=c}")
    found = read(csv("a,,c\n"), config(emptyCellPolicy="GENERATE_ERROR"))
    assert found["B"] == make_list([error])


def test_empty_cell_becomes_what_the_user_chose(read: Read, csv: Callable[[str], str]) -> None:
    chosen = config("0-1", emptyCellPolicy="USER_DEFINED", emptyCellValue="NA")
    assert read(csv('a,\n"",b'), chosen) == {"A": texts("a", "NA"), "B": texts("NA", "b")}


def test_columns_have_the_names_given_to_them(read: Read, csv: Callable[[str], str]) -> None:
    found = read(csv("a,b,c"), config("0-2,1-1", names="A=first C=third"))
    assert found == {"first": texts("a"), "third": texts("c")}


def test_rows_in_the_range_come(read: Read, csv: Callable[[str], str]) -> None:
    assert read(csv("a\nb\nc\nd\ne"), config("0-0", "1-3,2-2")) == {"A": texts("b", "d")}


def test_text_without_its_last_column_has_no_rows(read: Read, csv: Callable[[str], str]) -> None:
    assert read(csv("a,b\nc,d"), config("0-1,1-1")) == {"A": make_list([], 1)}


def test_single_port_has_comma_separated_text(read: Read, csv: Callable[[str], str]) -> None:
    single = config(outputFormat="SINGLE_PORT", csvDelimiter=";", emptyCellPolicy="GENERATE_ERROR")
    table = '"a ""quoted""", b;b ,c\n#1,"two\nlines",\n" ",2,3'
    assert read(csv(table), single)["output"] == (
        '"a ""quoted""";"b;b";c\n"#1";"two\nlines";ERROR\n" ";2;3\n'
    )


def test_first_empty_cell_of_a_line_is_quoted(read: Read, csv: Callable[[str], str]) -> None:
    single = config("0-1", outputFormat="SINGLE_PORT")
    assert read(csv(",x\n,"), single)["output"] == '"",x\n"",\n'


def test_ports_follow_from_the_configuration() -> None:
    def names(setting: Bean) -> list[tuple[str, int]]:
        activity = Activity("spreadsheetimport", "", {}, {}, setting)
        ports = bound_activity_class("spreadsheetimport").output_ports(activity)
        return [(port.name, port.depth) for port in ports]

    assert names(config("25-27,26-26", names="Z=last")) == [("last", 1), ("AB", 1)]
    assert names(config(outputFormat="SINGLE_PORT")) == [("output", 0)]


def test_columns_are_lettered_like_in_a_spreadsheet() -> None:
    numbers = (0, 25, 26, 51, 52, 701, 702)
    assert [column_letters(n) for n in numbers] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_csv_knows_quotes_blanks_and_line_ends() -> None:
    found = list(csv_rows(' a , "b, ""c"" " x,\r\n\r\nlast'))
    assert found == [["a", 'b, "c" ', None], [None], ["last"]]


def test_bytes_are_a_name_or_the_spreadsheet_itself(
    read: Read, csv: Callable[[str], str], tmp_path: Path
) -> None:
    """K24 as the dossier recommends: inputs from clients are always bytes."""
    write_xls(tmp_path / "table", [["x"]])
    (tmp_path / "name").write_text(csv("n"))
    chosen = config("0-0")
    assert read(csv("n").encode(), chosen) == {"A": texts("n")}
    assert read(FileValue(tmp_path / "name"), chosen) == {"A": texts("n")}
    assert read(b"a,b\nc", chosen) == {"A": texts("a", "c")}
    assert read(FileValue(tmp_path / "table"), chosen) == {"A": texts("x")}
    assert read((tmp_path / "table").read_bytes(), chosen) == {"A": texts("x")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "Input spreadsheet file does not exist", id="missing"),
        pytest.param(b"PK\3\4 and so on", "Spreadsheet input cannot be read", id="broken zip"),
        pytest.param(b"\x7fELF\0", "Spreadsheet input cannot be read", id="something else"),
    ],
)
def test_unreadable_file_fails(
    read: Read, tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "table").write_bytes(content)
    with pytest.raises(ActivityFailure, match=f"^{message}$"):
        read(str(tmp_path / "table"))


def test_missing_input_fails(context: RunContext) -> None:
    with pytest.raises(ActivityFailure, match=r"^Input is not a file reference or a file name$"):
        bound(context, "spreadsheetimport", config()).invoke({})


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Tests do not chat."""

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_spreadsheet_is_fetched_from_the_web(read: Read, web: str, tmp_path: Path) -> None:
    write_ods(tmp_path / "table.ods", [["x"]])
    assert read(f"{web}/table.ods", config("0-0")) == {"A": texts("x")}
    assert read((tmp_path / "table.ods").as_uri(), config("0-0")) == {"A": texts("x")}
    with pytest.raises(ActivityFailure, match=r"^Input spreadsheet file does not exist$"):
        read(f"{web}/absent.ods")


@needs_corpus
def test_published_configuration_is_understood(read: Read, tmp_path: Path) -> None:
    document = CORPUS / "incubator-taverna-commandline/spreadsheetimport.t2flow"
    processor = read_t2flow(document.read_bytes()).top.processor("SpreadsheetImport")
    setting = processor.activities[0].config
    assert setting is not None
    assert "year" in read_import(setting).ports.values()
    write_xls(
        tmp_path / "water", [[f"{column_letters(c)}{r}" for c in range(9)] for r in range(50)]
    )
    years = read(str(tmp_path / "water"), setting)["year"]
    assert isinstance(years, ListValue)
    assert [read_text(year) for year in years if isinstance(year, str)][::34] == ["B7", "B41"]
