"""A recording that is damaged or foreign is refused with one message; a good one reads back as it was."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from manim_metaflow.errors import RecordingError
from manim_metaflow.facts import SCHEMA_VERSION, FlowInfo, RunRecord, load_flow, load_recording

TINY = FlowInfo(name="Tiny", steps=(), edges=(), start="start", end="end")
RUN = RunRecord(flow=TINY, run_id="1", status="successful", tasks=())


def message_of(text: str | bytes, kind: type = RunRecord) -> str:
    with pytest.raises(RecordingError) as caught:
        kind.from_json(text, name="x.json")
    assert str(caught.value).startswith("x.json: ")
    return str(caught.value)


def changed(**values) -> str:
    payload = json.loads(RUN.to_json())
    payload["record"].update(values)
    return json.dumps(payload)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "flows").glob("*.py")), ids=lambda p: p.stem
)
def test_a_flow_reads_back_as_it_was(path):
    flow = load_flow(path)
    assert FlowInfo.from_json(flow.to_json()) == flow


def test_the_text_is_canonical():
    text = RUN.to_json()
    assert RunRecord.from_json(text).to_json() == text
    assert text.endswith("}\n")
    keys = [
        line.strip().split('"')[1] for line in text.splitlines() if line.startswith("  ") and line[2] == '"'
    ]
    assert keys == sorted(keys)


def test_what_is_not_part_of_the_record_is_not_written(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(RUN.to_json())
    read = load_recording(path)
    assert read.recording == path
    assert read == RUN
    assert read.to_json() == RUN.to_json()


@pytest.mark.parametrize("cut", [0, 1, 40, -2])
def test_cut_short(cut):
    assert "not a complete recording" in message_of(RUN.to_json()[:cut])


def test_not_json_at_all():
    assert "not a complete recording" in message_of(b"\x89PNG\r\n")


@pytest.mark.parametrize("text", ["[]", "3", "{}", '{"schema": 1}', "null"])
def test_json_but_no_recording(text):
    assert "not a recording" in message_of(text)


def test_a_newer_schema_says_to_upgrade():
    text = RUN.to_json().replace(f'"schema": {SCHEMA_VERSION}', f'"schema": {SCHEMA_VERSION + 1}')
    assert f"written with schema {SCHEMA_VERSION + 1}" in message_of(text)
    assert "Upgrade manim-metaflow" in message_of(text)


@pytest.mark.parametrize("version", ["0", "true", '"1"', "null", "1.0"])
def test_an_unknown_schema(version):
    text = RUN.to_json().replace(f'"schema": {SCHEMA_VERSION}', f'"schema": {version}')
    assert "is not known" in message_of(text)


def test_another_kind_of_record():
    assert message_of(TINY.to_json()) == "x.json: holds a FlowInfo, not a RunRecord."


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"run_id": 5}, "record.run_id should be str, not int"),
        ({"status": "fine"}, "record.status is 'fine', should be one of"),
        ({"status": ["failed"]}, "record.status is ['failed']"),
        ({"tasks": {}}, "record.tasks should be a list, not dict"),
        ({"tasks": [{"step": "a"}]}, "record.tasks[0].task_id is missing"),
        ({"started": "now"}, "record.started should be float, not str"),
        ({"started": True}, "record.started should be float, not bool"),
        ({"flow": None}, "record.flow should be an object, not NoneType"),
        ({"extra": 1}, "record has an unknown field 'extra'"),
        ({"recording": "/etc/passwd"}, "record has an unknown field 'recording'"),
        (
            {"blobs": [{"sha": "a", "size": 1.5, "raw_size": 1}]},
            "record.blobs[0].size should be int, not float",
        ),
    ],
)
def test_a_wrong_shape_names_the_place(values, complaint):
    assert complaint in message_of(changed(**values))


def test_a_missing_file(tmp_path):
    with pytest.raises(RecordingError, match=r"nothing\.json: no such file"):
        load_recording(tmp_path / "nothing.json")


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "Tiny-run-0123456789ab.json"
    path.write_text(RUN.to_json()[:50])
    with pytest.raises(RecordingError, match=str(path)):
        load_recording(path)


def test_half_a_letter_is_written_as_python_shows_it():
    """Python has one for each byte of a file name that is no text. UTF-8 has none, and refused the record."""
    record = replace(RUN, notes=("caf\udce9.csv",))
    text = record.to_json().encode()
    assert RunRecord.from_json(text).notes == ("caf\\udce9.csv",)
