"""GeoJSON for maps made elsewhere: stable bytes, named by their content."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

AN_HOUR = 3600


def feature(geometry: dict[str, Any] | None, **properties: object) -> dict[str, Any]:
    """Return one feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(request: HttpRequest, features: list[dict[str, Any]]) -> HttpResponse:
    """Answer with features, or that the reader has them already."""
    body = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/geo+json; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={AN_HOUR}"
    return get_conditional_response(request, etag=etag, response=response) or response
