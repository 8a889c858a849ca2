"""Reads and writes a business and a question as JSON that people can read: the form in which run.py prints a failing scenario and in
which `run.py --file` takes one back. Instants are ISO 8601 in UTC, times of day are HH:MM[:SS[.ffffff]], 24:00 included."""

from datetime import date, datetime, timezone

from reference import (DAY, HOUR, MINUTE, SECOND, Booking, Business, Employee, Override, Question, Service, WeeklyRow, to_datetime,
                       to_instant)


def instant_text(instant):
    if instant is None:
        return None
    moment = to_datetime(instant)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{moment.microsecond:06d}" if moment.microsecond else "") + "Z"


def read_instant(text):
    if text is None:
        return None
    if text.endswith("Z"):
        text = text[:-1] + "+00:00"
    return to_instant(datetime.fromisoformat(text).astimezone(timezone.utc))


def time_of_day_text(micros):
    if micros is None:
        return None
    hours, rest = divmod(micros, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    text = f"{hours:02d}:{minutes:02d}"
    if seconds or fraction:
        text += f":{seconds:02d}"
    if fraction:
        text += f".{fraction:06d}"
    return text


def read_time_of_day(text):
    if text is None:
        return None
    parts = text.split(":")
    micros = int(parts[0]) * HOUR + int(parts[1]) * MINUTE
    if len(parts) == 3:
        whole, _, fraction = parts[2].partition(".")
        micros += int(whole) * SECOND + int(fraction.ljust(6, "0") or 0)
    assert 0 <= micros <= DAY
    return micros


# A weekly row is [day_of_week, start, end], with more words where it is off or has a season: "off", "from 2026-01-01", "to 2026-03-31".
# An override is [start, end, "available" | "unavailable"].

def row_json(row):
    words = ["off"] if row.is_off else []
    words += [f"{name} {day.isoformat()}" for name, day in (("from", row.valid_from), ("to", row.valid_to)) if day is not None]
    return [row.day_of_week, time_of_day_text(row.start), time_of_day_text(row.end)] + words


def read_row(value):
    season = dict(word.split(" ") for word in value[3:] if word != "off")
    valid_from, valid_to = (date.fromisoformat(season[name]) if name in season else None for name in ("from", "to"))
    return WeeklyRow(value[0], read_time_of_day(value[1]), read_time_of_day(value[2]), "off" in value[3:], valid_from, valid_to)


def override_json(override):
    return [instant_text(override.start), instant_text(override.end), "unavailable" if override.is_unavailable else "available"]


def read_override(value):
    return Override(read_instant(value[0]), read_instant(value[1]), value[2] == "unavailable")


def booking_json(booking):
    value = {"id": booking.id, "service": booking.service_id, "employee": booking.employee_id,
             "start": instant_text(booking.start), "end": instant_text(booking.end),
             "before": booking.before, "after": booking.after, "status": booking.status}
    if booking.hold_expires_at is not None:
        value["hold_expires_at"] = instant_text(booking.hold_expires_at)
    if booking.overbooked:
        value["overbooked"] = True
    return value


def read_booking(value):
    return Booking(value["id"], value["service"], value["employee"], read_instant(value["start"]), read_instant(value["end"]),
                   value["before"], value["after"], value["status"], read_instant(value.get("hold_expires_at")),
                   value.get("overbooked", False))


def business_json(business):
    return {
        "id": business.id, "time_zone": business.time_zone, "status": business.status, "tenant_status": business.tenant_status,
        "settings": business.settings,
        "weekly": [row_json(row) for row in business.weekly_rows],
        "overrides": [override_json(override) for override in business.overrides],
        "services": {service.id: {"duration": service.duration, "before": service.before, "after": service.after,
                                  "status": service.status, "settings": service.settings,
                                  "employees": sorted(service.mapped_employees)}
                     for service in business.services.values()},
        "employees": {employee.id: {"status": employee.status, "settings": employee.settings,
                                    "weekly": [row_json(row) for row in employee.weekly_rows],
                                    "overrides": [override_json(override) for override in employee.overrides]}
                      for employee in business.employees.values()},
        "bookings": [booking_json(booking) for booking in business.bookings]}


def read_business(value):
    return Business(
        value["id"], value["time_zone"], value["status"], value["settings"],
        [read_row(row) for row in value["weekly"]],
        {identity: Employee(identity, employee["status"], [read_row(row) for row in employee["weekly"]],
                            [read_override(override) for override in employee["overrides"]], employee["settings"])
         for identity, employee in value["employees"].items()},
        {identity: Service(identity, service["duration"], service["before"], service["after"], service["status"],
                           service["settings"], frozenset(service["employees"]))
         for identity, service in value["services"].items()},
        [read_booking(booking) for booking in value["bookings"]],
        [read_override(override) for override in value.get("overrides", [])],
        value.get("tenant_status", "active"))


def question_json(question):
    return {"service": question.service_id, "from": instant_text(question.from_time), "to": instant_text(question.to_time),
            "as_of": instant_text(question.as_of), "employee": question.employee_id, "step": question.step,
            "exclude": question.excluded_booking_id}


def read_question(value):
    return Question(value["service"], read_instant(value["from"]), read_instant(value["to"]), read_instant(value["as_of"]),
                    value["employee"], value["step"], value["exclude"])
