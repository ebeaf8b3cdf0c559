"""Mail to provinces and to the desk. A mail is a row of `outbox.mail` before it is sent: nothing vanishes, no reason mails twice.

`words.py` has the sentences, `contacts.py` the addresses, `outbox.py` the rows, `sending.py` the server. Who is asked for what
stands in `khuyencong/chase/chase.py`; what the desk is told of nights in `khuyencong/desk/alerts.py`.
"""
