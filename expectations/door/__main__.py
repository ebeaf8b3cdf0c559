"""`python -m expectations.door`: Great Expectations' Data Docs of everything read so far, as web pages."""

from expectations.door import build_data_docs
from khuyencong.settings import read_settings
from khuyencong.warehouse import open_warehouse

if __name__ == "__main__":
    settings = read_settings()
    print(build_data_docs(settings, open_warehouse(settings)))
