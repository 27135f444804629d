#!/usr/bin/python3
"""Makes the workbooks of this directory with programs other than hikgrab.

Needs openpyxl (Debian: python3-openpyxl), LibreOffice Calc and python3-uno. Run it here:

    ./make.py [NAME...]

The files are committed: the tests do not need these programs.
"""

import datetime
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

here = pathlib.Path(__file__).parent


def save(book, name):
    book.save(here / name)


def convert(source, name, form):
    """Lets LibreOffice write source again as name."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        target = scratch / ("in." + source.suffix.lstrip("."))
        shutil.copy(source, target)
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{scratch}/profile",
             "--convert-to", form, "--outdir", scratch / "out", target],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (made,) = (scratch / "out").iterdir()
        shutil.copy(made, here / name)


def article():
    """The sheet of the task server: no header, user, password, server, cameras."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["admin", "Passw0rd", "10.0.0.5", "101,201"])
    sheet.append(["admin", 12345, "10.0.0.6", 101])
    sheet.append(["operator", "q1w2e3", "nvr.site.local:8080"])
    save(book, "article.xlsx")


def russian():
    """A sheet as offices make them: titles, merged headers, notes, links."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Выгрузка видео"
    sheet["B2"] = "Заявка на выгрузку записей"
    sheet["B2"].font = Font(bold=True, size=16)
    sheet.merge_cells("B2:I2")
    head, second = 4, 5
    for column, title in enumerate(["Объект", "IP-адрес", "Логин", "Пароль:", "КАМЕРЫ", "Период", None, "Примечание"], 2):
        sheet.cell(head, column, title)
    sheet.merge_cells("G4:H4")
    for column in "BCDEFI":
        sheet.merge_cells(f"{column}4:{column}5")
    sheet.cell(second, 7, "с")
    sheet.cell(second, 8, "по")

    sheet.append([None, "Склад\u00a0№1", "10.1.0.5", "admin", 123, "1; 3", datetime.datetime(2026, 11, 3, 8, 15), datetime.datetime(2026, 11, 3, 20, 0)])
    sheet["E6"].number_format = "00000"
    sheet.append([None, "Офис", " 10.1.0.6 ", "admin\u00a0", "Пароль7", "все", datetime.date(2026, 11, 1), datetime.date(2026, 11, 2), "позвонить"])
    sheet["C7"].hyperlink = "http://10.1.0.6/"
    sheet.append([])
    sheet.append([None, None, None, "\u00a0"])
    sheet.append([None, "Касса", "https://10.1.0.7:8443", "admin", 1234567890123, 4, "03.11.2026 08:00", "03.11.2026"])
    sheet.append([None, "Двор", "10.1.0.8", "admin", "secret", "D1-D4", datetime.time(8, 0), datetime.time(9, 30)])
    save(book, "russian.xlsx")


def damaged():
    """What a spreadsheet program makes of lists and passwords when one types them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Server", "Login", "Password", "Cameras", "From", "To", "Stream", "Clock"])

    def row(cameras="", password="secret", user="admin", host="10.0.0.5", start=None, end=None, stream=None, clock=None):
        sheet.append([host, user, password, cameras, start, end, stream, clock])
        return sheet.max_row

    row(cameras=1.3)  # 1,3 where the comma is the decimal point
    sheet[f"D{row(cameras=datetime.datetime(2026, 4, 1))}"].number_format = "d-mmm"  # 1-4
    sheet[f"D{row(cameras=101201)}"].number_format = "#,##0"  # 101,201
    row(cameras=101.201)
    sheet[f"D{row(cameras=datetime.time(1, 4))}"].number_format = "hh:mm"  # 1:4
    row(password=1234567890123456789)
    sheet[f"C{row(password=0.15)}"].number_format = "0%"
    row(password=True)
    row(password="=A2&1")  # openpyxl computes nothing
    row(password=None)
    row(password="#N/A")
    sheet[f"C{sheet.max_row}"].data_type = "e"
    row(user=None)
    row(host=None)
    row(host="admin:hunter2@10.0.0.5")
    row(start=20261103)
    row(start="yesterday", end="soon")
    row(start="2026-11-03", end="2026-11-02")
    row(stream="third")
    row(clock="08:00")
    row(cameras="lobby")
    row(cameras="=B2")
    save(book, "damaged.xlsx")


def mac():
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["host", "user", "password", "from", "to"])
    sheet.append(["10.0.0.5", "admin", "secret", datetime.datetime(2026, 11, 3, 8, 15, 30), datetime.date(2026, 11, 4)])
    save(book, "mac1904.xlsx")


def pages():
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.sheet_state = "hidden"
    book.active["A1"] = "nothing to see"
    book.create_sheet("Empty page")
    tasks = book.create_sheet("Autumn 2026")
    tasks.append(["recorder", "user", "password"])
    tasks.append(["10.0.0.5", "admin", "secret"])
    tasks.append(["10.0.0.6", "admin", "secret"])
    tasks.row_dimensions[3].hidden = True
    save(book, "pages.xlsx")


def computed():
    """Formulas with results: LibreOffice computes what openpyxl writes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["ip", "login", "pass", "channels", "site"])
    sheet.append(['="10.0.0."&(2+3)', "admin", '="pass"&"word"', "=1+1", '=HYPERLINK("http://10.0.0.5","Warehouse")'])
    with tempfile.TemporaryDirectory() as scratch:
        plain = pathlib.Path(scratch) / "plain.xlsx"
        book.save(plain)
        convert(plain, "computed.xlsx", "xlsx")


def protected():
    """A workbook behind a password (ECMA-376 standard encryption)."""
    import time

    import uno
    from com.sun.star.beans import NamedValue, PropertyValue

    def properties(**values):
        return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())

    with tempfile.TemporaryDirectory() as scratch:
        office = subprocess.Popen(
            ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{scratch}/profile",
             "--accept=pipe,name=hikgrab-testdata;urp;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(100):
            try:
                context = resolver.resolve("uno:pipe,name=hikgrab-testdata;urp;StarOffice.ComponentContext")
                break
            except Exception:
                time.sleep(0.3)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        document = desktop.loadComponentFromURL((here / "article.xlsx").absolute().as_uri(), "_blank", 0, properties(Hidden=True))
        secret = uno.Any("[]com.sun.star.beans.NamedValue",
                         (NamedValue("CryptoType", "Standard"), NamedValue("OOXPassword", "открой сезам")))
        document.storeToURL((here / "protected.xlsx").absolute().as_uri(),
                            properties(FilterName="Calc MS Excel 2007 XML", EncryptionData=secret))
        document.close(True)
        try:
            desktop.terminate()
        except Exception:  # the connection ends before the answer
            pass
        office.wait(30)


def text_files():
    rows = [
        ["Регистратор", "Логин", "Пароль", "Камеры", "Объект"],
        ["10.2.0.5", "admin", "пароль;1", "1,3,5", "Цех «А»"],
        ["10.2.0.6:8080", "admin", "00123", "", "Проходная"],
    ]
    quoted = "".join(";".join(f'"{c}"' if ";" in c else c for c in row) + "\r\n" for row in rows)
    (here / "russian-cp1251.csv").write_bytes(quoted.encode("cp1251"))
    (here / "utf8-mark.csv").write_bytes(quoted.replace(";", ",").replace('"пароль,1"', "пароль").replace("1,3,5", '"1,3,5"').encode("utf-8-sig"))
    (here / "utf16-tabs.csv").write_bytes(quoted.replace('"пароль;1"', "пароль").replace(";", "\t").encode("utf-16"))


def departments():
    """Merged logins, headings, totals, a footnote, and the header once more on each page."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Заявка"
    header = ["№ п/п", "Название объекта", "IP регистратора", "HTTP-порт", "Логин (admin)", "Пароль", "№ камеры", "Начало периода", "Окончание периода", "# для себя"]
    start, end = datetime.datetime(2026, 11, 3, 8), datetime.datetime(2026, 11, 3, 9)
    sheet.append(header)
    sheet.append(["Филиал Казань"])
    sheet.merge_cells("A2:J2")
    for number in range(1, 4):  # one recorder, one camera in each row
        first = number == 1
        sheet.append([number, "Склад", "10.3.0.5" if first else None, 8080 if first else None, "admin" if first else None, "Пароль7" if first else None, number, start, end, "27.11.2026"])
    for column in "BCDEF":
        sheet.merge_cells(f"{column}3:{column}5")
    sheet.append([None, "Итого камер:", None, None, None, None, 3])
    sheet.append(header)
    sheet.append(["Филиал Самара"])
    sheet.append([4, "Офис", "10.3.0.6", None, "admin", "Пароль8", "все", start, end])
    sheet.append([None, None, "* время местное, забрать до пятницы"])
    save(book, "departments.xlsx")


def days():
    """A day in one column, times in two others; the second row is a night."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Сервер", "Юзер", "Пароль", "Канал", "Камера", "Дата", "С", "По"])
    sheet.append(["10.4.0.5", "admin", "Пароль7", 3, "Вход", datetime.date(2026, 11, 3), datetime.time(15, 0), datetime.time(16, 0)])
    sheet.append(["10.4.0.6", "admin", "Пароль7", 1, None, "03.11.26", "22:00", "06:00"])
    sheet.append(["10.4.0.7", "admin", "Пароль7", None, None, "вчера", None, None])
    sheet.append(["10.4.0.8", "admin", "Пароль7", None, None, datetime.date(2026, 11, 3), datetime.time(15, 0), None])
    save(book, "days.xlsx")


def one_login():
    """The defaults for all rows in one of them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Device IP", "Port", "User ID", "Passwd", "Channel No.", "From", "To", "Stream", "Network"])
    sheet.append(["*", None, "admin", 12345, "1;2", "2026-11-03 08:00", "2026-11-03 09:00", "sub", None])
    sheet["D2"].number_format = "00000"
    sheet.append(["10.5.0.5"])
    sheet.append(["10.5.0.6", 8080, "operator", "other", 7, None, None, "main", "kazan"])
    sheet.append(["nvr7"])
    save(book, "one-login.xlsx")


def covers():
    """Cover sheets before and behind one list, two lists, and none."""
    def page(book, title, *rows):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)

    cover = ["Выгрузка для отдела аналитики"], ["Ответственный", "Иванов", "+7 912 345 67 89"], ["Дата заявки", datetime.date(2026, 11, 1)]
    tasks = ["recorder", "user", "password"], ["10.6.0.5", "admin", "secret"]
    for name, pages in {
        "cover.xlsx": {"Титул": cover, "Список": tasks, "Адреса": [["Объект", "Адрес"], ["Склад", "ул. Ленина, 5"]]},
        "two-lists.xlsx": {"Титул": cover, "Октябрь": tasks, "Ноябрь": tasks},
        "no-list.xlsx": {"Титул": cover, "Адреса": [["Объект", "Улица"], ["Склад", "ул. Ленина, 5"]]},
    }.items():
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in pages.items():
            page(book, title, *rows)
        save(book, name)


def by_hand(name, parts):
    with zipfile.ZipFile(here / name, "w", zipfile.ZIP_DEFLATED) as out:
        for part, content in parts.items():
            info = zipfile.ZipInfo(part, (2026, 11, 22, 15, 0, 0))
            info.filename = part  # with its backslashes
            out.writestr(info, content)


def odd_places():
    """Parts where few programs put them, and other kinds of documents."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    texts = ["recorder", "user", "password", "10.7.0.5", "admin"]
    book = f'<workbook {main} xmlns:r="{rel}"><sheets><sheet name="Tasks" sheetId="1" r:id="a"/></sheets></workbook>'
    strings = f"<x:sst xmlns:x='{main[7:-1]}'>" + "".join(f"<x:si><x:t>{t}</x:t></x:si>" for t in texts) + \
        "<x:si><x:r><x:t>sec</x:t></x:r><x:r><x:t>ret</x:t></x:r><x:rPh sb='0' eb='1'><x:t>not this</x:t></x:rPh></x:si></x:sst>"
    cells = [f'<c r="{chr(65 + i % 3)}{1 + i // 3}" t="s"><v>{i}</v></c>' for i in range(6)]
    sheet = f'<worksheet {main}><sheetData><row r="1">{"".join(cells[:3])}</row><row r="2">{"".join(cells[3:])}</row></sheetData></worksheet>'

    def relations(*targets):
        return f"<Relationships {package}>" + "".join(f'<Relationship Id="{i}" Type="{rel}/{kind}" Target="{target}"/>' for i, kind, target in targets) + "</Relationships>"

    by_hand("backslashes.xlsx", {
        "_rels\\.rels": relations(("x", "officeDocument", "xl\\workbook.xml")), "xl\\workbook.xml": book, "xl\\Worksheets\\Sheet1.xml": sheet, "xl\\SharedStrings.xml": strings,
        "xl\\_rels\\workbook.xml.rels": relations(("a", "worksheet", "worksheets\\sheet1.xml"), ("b", "sharedStrings", "\\xl\\sharedStrings.xml")),
    })
    by_hand("root.xlsx", {
        "_rels/.rels": relations(("x", "officeDocument", "/book.xml")), "book.xml": book, "data/one.xml": sheet, "strings.xml": strings,
        "_rels/book.xml.rels": relations(("a", "worksheet", "/data/one.xml"), ("b", "sharedStrings", "texts/strings.xml")),
    })
    by_hand("tasks.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>", "META-INF/manifest.xml": "<x/>"})
    by_hand("tasks.numbers", {"Index/Document.iwa": "x", "Metadata/Properties.plist": "x"})
    by_hand("tasks.xlsb", {"_rels/.rels": relations(("x", "officeDocument", "xl/workbook.bin")), "xl/workbook.bin": "x"})
    by_hand("letter.docx", {"_rels/.rels": relations(("x", "officeDocument", "word/document.xml")), "word/document.xml": "<x/>"})


def from_libreoffice():
    with tempfile.TemporaryDirectory() as scratch:
        ods = pathlib.Path(scratch) / "russian.ods"
        convert(here / "russian.xlsx", ods, "ods")
        convert(ods, "libreoffice.xlsx", "xlsx")
    convert(here / "article.xlsx", "macros.xlsm", "xlsm:Calc MS Excel 2007 VBA XML")
    convert(here / "article.xlsx", "old.xls", "xls")


everything = [article, russian, damaged, mac, pages, departments, days, one_login, covers, odd_places, text_files, computed, protected, from_libreoffice]
for make in everything:
    if not sys.argv[1:] or make.__name__ in sys.argv[1:]:
        make()
