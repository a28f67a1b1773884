"""Files that callers upload and batches write, in memory while the server runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tilth.llm.simulate.wire import Refused, as_json


@dataclass
class File:
    """An uploaded or written file."""

    id: str
    name: str
    purpose: str
    data: bytes
    created: int = field(default_factory=lambda: int(time.time()))

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id, "object": "file", "bytes": len(self.data), "created_at": self.created, "filename": self.name,
            "purpose": self.purpose, "status": "processed",
        }  # fmt: skip


@dataclass
class Files:
    """All files of a server, and their endpoints."""

    held: dict[str, File] = field(default_factory=dict)
    made: int = 0

    def put(self, name: str, purpose: str, data: bytes) -> File:
        """Keep a file under an id of its own."""
        self.made += 1
        file = File(f"file-{self.made:08d}", name, purpose, data)
        self.held[file.id] = file
        return file

    def get(self, id: Any) -> File:
        """Return a file; raises Refused with 404."""
        if id not in self.held:
            raise Refused(404, f"No such File object: {id}", param="id")
        return self.held[id]

    async def upload(self, request: web.Request) -> web.Response:
        """POST /v1/files"""
        fields: dict[str, bytes] = {}
        name = "upload"
        if not request.content_type.startswith("multipart/"):
            raise Refused(400, "A file is uploaded as multipart/form-data with 'file' and 'purpose'.", param="file")
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                fields[part.name] = bytes(await part.read(decode=True))
                name = part.filename or name
        if "file" not in fields or "purpose" not in fields:
            raise Refused(400, "'file' and 'purpose' are required.", param="file" if "file" not in fields else "purpose")
        return as_json(self.put(name, fields["purpose"].decode(errors="replace"), fields["file"]).told())

    async def list(self, request: web.Request) -> web.Response:
        """GET /v1/files"""
        data = [file.told() for file in reversed(self.held.values())]
        return as_json({"object": "list", "data": data, "has_more": False})

    async def show(self, request: web.Request) -> web.Response:
        """GET /v1/files/{id}"""
        return as_json(self.get(request.match_info["id"]).told())

    async def content(self, request: web.Request) -> web.Response:
        """GET /v1/files/{id}/content"""
        return web.Response(body=self.get(request.match_info["id"]).data, content_type="application/octet-stream")

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v1/files/{id}"""
        file = self.held.pop(self.get(request.match_info["id"]).id)
        return as_json({"id": file.id, "object": "file", "deleted": True})

    def routes(self) -> tuple[web.RouteDef, ...]:
        return (
            web.post("/v1/files", self.upload), web.get("/v1/files", self.list), web.get("/v1/files/{id}", self.show),
            web.get("/v1/files/{id}/content", self.content), web.delete("/v1/files/{id}", self.delete),
        )  # fmt: skip
