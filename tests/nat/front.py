"""TLS on port 443 before the server, as any deployment has it; with a certificate that only the laboratory trusts.

Only on the first address of each family: on the second, port 443 is free for a relay.
"""

import asyncio
import contextlib
import datetime
import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.nat.plan import HTTP_PORT, SERVER_NAME, SERVER_V4, SERVER_V6, TLS_PORT
from tests.nat.server import AUTHORITY

PIECE: Final = 65536


def certificate(into: Path) -> Path:
    """A self-signed certificate for the server's name, and beside it a file with the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SERVER_NAME)])
    begin = datetime.datetime.now(datetime.UTC)
    end = begin + datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, end)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVER_NAME)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = builder.sign(key, hashes.SHA256())
    secret = into.with_suffix(".key")
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    secret.write_bytes(key.private_bytes(*form))
    into.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return secret


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on bytes until either side ends."""
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(PIECE):
            writer.write(data)
            await writer.drain()
    writer.close()


async def join(
    near: tuple[asyncio.StreamReader, asyncio.StreamWriter], far: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    """Pass on bytes in both directions."""
    await asyncio.gather(copy(near[0], far[1]), copy(far[0], near[1]))


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        server = await asyncio.open_connection("127.0.0.1", HTTP_PORT)
    except OSError:
        writer.close()
        return
    await join((reader, writer), server)


async def main() -> None:
    """Serve for ever."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secret = certificate(AUTHORITY.with_suffix(".new"))
    context.load_cert_chain(AUTHORITY.with_suffix(".new"), secret)
    server = await asyncio.start_server(_accept, (SERVER_V4[0], SERVER_V6[0]), TLS_PORT, ssl=context)
    AUTHORITY.with_suffix(".new").rename(AUTHORITY)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
