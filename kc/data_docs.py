"""`python -m kc.data_docs`: Great Expectations' Data Docs of everything read so far, as web pages."""

from expectations.door import build_data_docs
from warehouse.opening import open_warehouse
from warehouse.settings import read_settings

if __name__ == "__main__":
    settings = read_settings()
    print(build_data_docs(settings, open_warehouse(settings)))
