"""Write the peer contract as JSON Schema: `python -m pypeer.protocol.schema` prints what schema.json must hold."""

from typing import Any

from pypeer.protocol import codes, limits, messages, report, sealed, sentences
from signaling.protocol.schema import build, dump


def peer_schema() -> dict[str, Any]:
    """The schema of sealed and control messages; binary frames are in docs/protocol.md and in the vectors."""
    groups: dict[str, object] = {
        "SealedMessage": sealed.SealedMessage,
        "ControlMessage": messages.ControlMessage,
        "Report": report.ConnectionReport,
    }
    constants: dict[str, object] = {k: v for k, v in vars(limits).items() if k.isupper()}
    constants["END_CODES"] = [c.value for c in codes.EndCode]
    constants["REPORT_VERSION"] = report.REPORT_VERSION
    constants["TURN_MEANINGS"] = {str(code): words for code, words in sentences.TURN_MEANINGS.items()}
    constants["RELAY_CLOSES"] = {str(code): words for code, words in sentences.RELAY_CLOSES.items()}
    constants["REFUSAL_CODES"] = [c.value for c in codes.RefusalCode]
    return build("Byway between peers, version 1", groups, constants)


if __name__ == "__main__":
    print(dump(peer_schema()), end="")
