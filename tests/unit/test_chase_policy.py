"""What is done about a report that is owed: whatever happens, it is asked for in time, told once, and stands in the digest."""

import dataclasses
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.chase.digest import digest
from khuyencong.chase.letters import Names, escalation, letter
from khuyencong.chase.owed import OwedReport
from khuyencong.chase.policy import Policy, decide
from khuyencong.mail.contacts import Contacts, read_contacts
from khuyencong.mail.words import BETWEEN_LANGUAGES, Language, blanks_of, catalogue, say
from warehouse.settings import PROJECT, TIMEZONE, Settings

FIRST = date(2026, 4, 1)
EVERYBODY = Contacts({("u", "reporter"): ("a@u.invalid",), ("u", "superior"): ("b@u.invalid",), ("x", "desk"): ("d@x.invalid",)})
NAMES = Names({"u": {"vi": "Tỉnh U", "en": "Province U"}}, {})


def report(number: int, due_date: date, today: date, **known) -> OwedReport:
    nothing = dict.fromkeys(field.name for field in dataclasses.fields(OwedReport))
    return OwedReport(**nothing | {
        "unit_key": "u", "responsible_unit_key": "u", "form_code": f"form-{number}", "period_end": date(2026, 3, 31),
        "due_date": due_date, "days_late": (today - due_date).days, "n_noticed": 0, **known,
    })  # fmt: skip


dues = st.lists(st.integers(0, 60), min_size=1, max_size=4)
policies = st.builds(Policy, st.integers(0, 10), st.integers(1, 20), st.integers(0, 30))
# Days on which the chase runs (it may be off for days), and of those the days on which something of the unit lies unread.
runs = st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=5, max_size=40)


@settings(max_examples=200)
@given(dues, policies, runs, st.booleans(), st.booleans())
def test_over_any_timeline(dues, policy, runs, can_ask, can_tell) -> None:
    known = {key for key, there in (("reporter", can_ask), ("superior", can_tell)) if there}
    contacts = Contacts({key: to for key, to in EVERYBODY.addresses.items() if key[1] in known})
    asked: dict[int, list[tuple[date, int]]] = {n: [] for n in range(len(dues))}
    told: dict[int, list[date]] = {n: [] for n in range(len(dues))}
    today = FIRST
    for step, has_arrived in runs:
        today += timedelta(days=step)
        as_of = datetime.combine(today, datetime.min.time(), TIMEZONE)
        group = [
            report(
                n, FIRST + timedelta(days=due), today, n_noticed=len(asked[n]),
                last_noticed_on=max((d for d, _ in asked[n]), default=None),
                last_reminder_on=max((d for d, late in asked[n] if late <= 0), default=None),
                last_overdue_on=max((d for d, late in asked[n] if late > 0), default=None),
                last_escalation_on=max(told[n], default=None), arrived_at=as_of if has_arrived else None,
            )
            for n, due in enumerate(dues)
        ]  # fmt: skip
        decided = decide(group, contacts, policy, as_of, False)
        subject, body = digest(decided, [], ([], [], []), [], NAMES, as_of, as_of, False)
        for n, (owed, each) in enumerate(zip(group, decided, strict=True)):
            is_due = owed.days_late > 0 or -owed.days_late <= policy.remind_days_before
            assert bool(each.done) == is_due, "what is due has a word about what was done"
            assert f"form-{n})" in body or f"(form-{n})" in body
            last = max((d for d, late in asked[n] if late > 0), default=None)
            is_time = last is None or (today - last).days >= policy.remind_again_days
            if owed.days_late > 0 and can_ask and not has_arrived and is_time:
                assert each.is_asked, "an overdue report is asked for at once, and again in time"
            if has_arrived or not can_ask:
                assert not each.is_asked
            if each.is_escalated:
                assert owed.days_late >= policy.escalate_days_after and not told[n], "once"
                assert last is not None and last < today or not can_ask, "nobody's superior hears before the unit"
                told[n].append(today)
            if each.is_asked:
                asked[n].append((today, owed.days_late))
    for n in asked:
        reminders = [day for day, late in asked[n] if late <= 0]
        assert len(asked[n]) == len({day for day, _ in asked[n]}) and len(reminders) <= len(runs)


def test_a_reminder_alone_is_sent_once() -> None:
    policy, due = Policy(3, 7, 14), date(2026, 4, 25)
    then = date(2026, 4, 22)
    for day, last, expected in ((21, None, False), (22, None, True), (23, then, False), (25, then, False)):
        as_of = datetime(2026, 4, day, 8, tzinfo=TIMEZONE)
        [each] = decide([report(1, due, as_of.date(), last_reminder_on=last)], EVERYBODY, policy, as_of, False)
        assert each.is_asked == expected, day


def test_every_sentence_exists_in_both_languages_with_its_diacritics() -> None:
    marks = set("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")
    for code, entry in catalogue().items():
        words = {language: entry[language] for language in ("vi", "en")}
        for blank in blanks_of(entry["vi"]):
            words = {language: text.replace("{" + blank + "}", "") for language, text in words.items()}
        if any(letter.isalpha() for letter in words["vi"]):
            assert marks & set(words["vi"].lower()), f"{code}: Vietnamese is written with its marks"
        said = words["en"].replace("khuyến công", "").replace("Không phát sinh", "")
        assert not marks & set(said.lower()), f"{code}: English"


def test_letters_say_the_same_in_both_languages() -> None:
    as_of = datetime(2026, 5, 10, 8, tzinfo=TIMEZONE)
    reports = [report(n, date(2026, 4, 25) + timedelta(days=9 * n), as_of.date()) for n in range(3)]
    for _, body in (
        letter(reports, "u", "overdue", 14, NAMES, "d@x.invalid", as_of), escalation(reports, "u", 14, NAMES, "d@x.invalid", as_of)
    ):  # fmt: skip
        vietnamese, english = body.split(BETWEEN_LANGUAGES)
        for form in ("form-0", "form-1", "form-2"):
            assert vietnamese.count(f"({form})") == english.count(f"({form})") == 1
        assert "Tỉnh U" in vietnamese and "Province U" in english
    languages: tuple[Language, ...] = ("vi", "en")
    assert [say(each, "due_today", due_date=date(2026, 4, 5)) for each in languages] == [
        "Hạn nộp: hôm nay, 05/04/2026.", "Due: today, 2026-04-05.",
    ]  # fmt: skip


def test_contacts_are_those_of_the_day_and_all_invalid() -> None:
    register = Settings(home=PROJECT, database_url=None, inbox=None)
    before, after = (read_contacts(register, date(2025, month, 30)) for month in (6, 7))
    assert before.of("long-an", "reporter") and not before.of("tay-ninh-2025", "reporter")
    assert after.of("tay-ninh-2025", "superior") and not after.of("long-an", "reporter")
    assert len(before.desk) == 1
    assert all(to.endswith(".invalid") for contacts in (before, after) for some in contacts.addresses.values() for to in some)
