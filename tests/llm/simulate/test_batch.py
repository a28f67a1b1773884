"""Files and batches end to end: uploaded, worked through in the background, collected; what is wrong with a line is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tilth.llm import simulate
from tilth.semantic.asking.prompt import block, messages

Call = Callable[..., Any]
GOLD = simulate.Gold("good", "filter", {f"row {n}": n % 2 == 0 for n in range(50)})


def line(n: int, model: str = "m", id: str = "") -> dict[str, Any]:
    told = messages("filter", "Is it good?", block("rows", [{"text": f"row {n}"}]), form="label", labels=("yes", "no"))
    body = {"model": model, "messages": [{"role": role, "content": content} for role, content in told]}
    return {"custom_id": id or f"row-{n}", "method": "POST", "url": "/v1/chat/completions", "body": body}


def upload(call: Call, server: simulate.Server, lines: list[Any], purpose: str = "batch") -> str:
    data = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    form = (
        f'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n{data}\r\n--x--\r\n'
    )
    status, file, _ = call(server, "POST", "/files", form.encode(), {"Content-Type": "multipart/form-data; boundary=x"})
    assert (status, file["filename"], file["bytes"]) == (200, "in.jsonl", len(data))
    return str(file["id"])


def start(call: Call, server: simulate.Server, file: str, **more: Any) -> tuple[int, Any]:
    told = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h", **more}
    return call(server, "POST", "/batches", told)[:2]  # type: ignore[no-any-return]


def finished(call: Call, server: simulate.Server, id: str) -> dict[str, Any]:
    for _ in range(400):
        batch: dict[str, Any] = call(server, "GET", f"/batches/{id}")[1]
        if batch["status"] in ("completed", "failed", "cancelled", "expired"):
            return batch
        time.sleep(0.02)
    raise AssertionError(batch)


def lines_of(call: Call, server: simulate.Server, file: str | None) -> dict[str, Any]:
    if file is None:
        return {}
    data = call(server, "GET", f"/files/{file}/content")[1]
    return {each["custom_id"]: each for each in map(json.loads, data.splitlines())}


def test_a_batch_from_end_to_end(call: Call) -> None:
    with simulate.serve([simulate.Model("m", price=(1.0, 1.0, 1.0))], [GOLD]) as server:
        status, batch = start(call, server, upload(call, server, [line(n) for n in range(20)]), metadata={"run": "7"})
        assert (status, batch["status"], batch["metadata"]) == (200, "validating", {"run": "7"})
        done = finished(call, server, batch["id"])
        assert (done["status"], done["error_file_id"]) == ("completed", None)
        assert done["request_counts"] == {"total": 20, "completed": 20, "failed": 0}
        found = lines_of(call, server, done["output_file_id"])
        said = {id: each["response"]["body"]["choices"][0]["message"]["content"] for id, each in found.items()}
        assert said == {f"row-{n}": "no" if n % 2 else "yes" for n in range(20)}
        stats = server.stats()["m"]
        assert stats["dollars"] == pytest.approx((stats["prompt_tokens"] + stats["completion_tokens"]) / 2e6)
        assert [each["id"] for each in call(server, "GET", "/batches")[1]["data"]] == [batch["id"]]


def test_embeddings_in_a_batch(call: Call) -> None:
    with simulate.serve([simulate.Model("m", dimensions=8)]) as server:
        told = {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "hello"}}
        batch = start(call, server, upload(call, server, [told]), endpoint="/v1/embeddings")[1]
        found = lines_of(call, server, finished(call, server, batch["id"])["output_file_id"])
        assert len(found["a"]["response"]["body"]["data"][0]["embedding"]) == 8


def test_lines_that_fail_stand_in_the_file_of_errors(call: Call) -> None:
    with simulate.serve([simulate.Model("m"), simulate.Model("ill", errors=1.0), simulate.Model("shaky", errors=0.3)], [GOLD]) as server:
        lines = [line(0), line(1, "none"), line(2, "ill"), *(line(n, "shaky") for n in range(3, 23))]
        done = finished(call, server, start(call, server, upload(call, server, lines))[1]["id"])
        failed = lines_of(call, server, done["error_file_id"])
        assert done["status"] == "completed"
        assert failed["row-1"]["response"]["body"]["error"]["code"] == "model_not_found"
        assert failed["row-2"]["response"]["status_code"] == 500
        assert len(lines_of(call, server, done["output_file_id"])) == done["request_counts"]["completed"] > 15
        assert len(failed) == done["request_counts"]["failed"] == 23 - done["request_counts"]["completed"]


def test_a_batch_that_expires_keeps_what_was_done(call: Call) -> None:
    with simulate.serve([simulate.Model("m", expired=0.5)], [GOLD]) as server:
        done = finished(call, server, start(call, server, upload(call, server, [line(n) for n in range(40)]))[1]["id"])
        assert done["status"] == "expired"
        failed = lines_of(call, server, done["error_file_id"])
        assert 8 < len(failed) < 32
        assert {each["error"]["code"] for each in failed.values()} == {"batch_expired"}
        assert len(lines_of(call, server, done["output_file_id"])) == 40 - len(failed)


def test_a_batch_can_be_cancelled_once(call: Call) -> None:
    with simulate.serve([simulate.Model("m")], [GOLD], batch_seconds=20) as server:
        batch = start(call, server, upload(call, server, [line(n) for n in range(50)]))[1]
        time.sleep(0.5)
        assert call(server, "GET", f"/batches/{batch['id']}")[1]["status"] == "in_progress"
        assert call(server, "POST", f"/batches/{batch['id']}/cancel")[1]["status"] == "cancelling"
        done = finished(call, server, batch["id"])
        assert done["status"] == "cancelled"
        assert 0 < done["request_counts"]["completed"] < 50
        assert call(server, "POST", f"/batches/{batch['id']}/cancel")[0] == 409


def test_files_with_wrong_lines_fail_as_a_whole(call: Call) -> None:
    with simulate.serve([simulate.Model("m")], [GOLD]) as server:
        for lines in ([line(1), line(1)], ["{"], [{"custom_id": "a"}], [{**line(1), "url": "/v1/embeddings"}], ["[]"], [""]):
            batch = start(call, server, upload(call, server, lines))[1]
            done = finished(call, server, batch["id"])
            assert done["status"] == "failed"
            assert done["errors"]["data"][0]["message"]


def test_what_is_refused(call: Call) -> None:
    with simulate.serve([simulate.Model("m")]) as server:
        file, other = upload(call, server, [line(1)]), upload(call, server, [line(1)], "fine-tune")
        assert start(call, server, "file-none")[0] == 404
        assert start(call, server, other)[0] == 400
        assert start(call, server, file, endpoint="/v1/other")[0] == 400
        assert start(call, server, file, completion_window="1h")[0] == 400
        assert call(server, "GET", "/batches/none")[0] == 404
        assert call(server, "POST", "/files", b"x")[0] == 400
        assert call(server, "POST", "/files", b"--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"})[0] == 400
        assert call(server, "GET", f"/files/{file}")[1]["purpose"] == "batch"
        assert {each["id"] for each in call(server, "GET", "/files")[1]["data"]} == {file, other}
        assert call(server, "DELETE", f"/files/{file}")[1]["deleted"]
        assert call(server, "GET", f"/files/{file}/content")[0] == 404
