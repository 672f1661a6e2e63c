"""What the server answers when it refuses: Google's error envelope and Google's words."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """A request that cannot be answered as asked; carries what the client is told."""

    def __init__(
        self,
        message: str,
        *,
        code: int = HTTPStatus.BAD_REQUEST,
        details: Sequence[dict[str, Any]] = (),
        errors: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = int(code)
        self.details = list(details)
        self.errors = list(errors)

    def body(self) -> dict[str, Any]:
        """Return the JSON object that Google would send."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.errors:
            return {"error": {"errors": self.errors, **error}}
        error["status"] = STATUS_NAMES.get(self.code, "UNKNOWN")
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def within(self, place: str) -> "ApiError":
        """Return the same refusal with the request it belongs to named in front."""
        if self.code != HTTPStatus.BAD_REQUEST:
            return self
        return ApiError(f"Invalid {place}: {self.message}", code=self.code)


def not_found() -> ApiError:
    """Return the refusal for a spreadsheet or an item that does not exist."""
    return ApiError("Requested entity was not found.", code=HTTPStatus.NOT_FOUND)


def file_not_found(file_id: str) -> ApiError:
    """Return Drive's refusal for a file that does not exist; its shape differs from Sheets'."""
    message = f"File not found: {file_id}."
    entry = {
        "domain": "global",
        "reason": "notFound",
        "message": message,
        "locationType": "parameter",
        "location": "fileId",
    }
    return ApiError(message, code=HTTPStatus.NOT_FOUND, errors=[entry])


def forbidden() -> ApiError:
    """Return the refusal for a caller without the right to do this."""
    return ApiError("The caller does not have permission", code=HTTPStatus.FORBIDDEN)


def drive_refusal(code: int, reason: str, message: str, domain: str = "global") -> ApiError:
    """Return a refusal of Drive's, which names a reason."""
    entry = {"domain": domain, "reason": reason, "message": message}
    return ApiError(message, code=code, errors=[entry])


def no_storage() -> ApiError:
    """Return Drive's refusal of a file that a service account would own."""
    message = (
        "Service Accounts do not have storage quota. Leverage shared drives "
        "(https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use "
        "OAuth delegation (http://support.google.com/a/answer/7281227) instead."
    )
    return drive_refusal(HTTPStatus.FORBIDDEN, "storageQuotaExceeded", message, "usageLimits")


def not_enough_rights(file_id: str) -> ApiError:
    """Return Drive's refusal of a change by somebody who may only look."""
    message = f"The user does not have sufficient permissions for file {file_id}."
    return drive_refusal(HTTPStatus.FORBIDDEN, "insufficientFilePermissions", message)


def unsupported(what: str) -> ApiError:
    """Return the refusal for something that Google offers and this server does not."""
    return ApiError(
        f"The local Sheets server does not support {what}.", code=HTTPStatus.NOT_IMPLEMENTED
    )


def violations(found: Sequence[tuple[str, str]], message: str | None = None) -> ApiError:
    """Return the refusal for a malformed request: pairs of field and description."""
    fields = [
        ({"field": field} if field else {}) | {"description": description}
        for field, description in found
    ]
    return ApiError(
        message or "\n".join(description for _, description in found),
        details=[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields}],
    )
