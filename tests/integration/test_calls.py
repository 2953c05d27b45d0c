"""Calls of contacts by a server in this process, on real sockets."""

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from signaling.http.app import make_app
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Call, Called, Wait, ring_of
from signaling.protocol.encoding import b64
from signaling.protocol.messages import Bye, Error, Ok
from signaling.protocol.rendezvous import Met, Signal, Signaled
from signaling.settings import Settings
from tests.support.signaling_client import SignalingClient as Client

TOKEN = b64(bytes(limits.CALL_TOKEN_BYTES))


async def test_a_contact_that_waits_is_called_and_one_that_has_gone_is_not() -> None:
    server = TestServer(make_app(Settings()), access_log=None)
    await server.start_server()
    url = str(server.make_url("/"))
    async with Client(url) as bob, Client(url) as ada, Client(url) as eve, ClientSession() as session:
        await bob.sign_in()
        await eve.sign_in()
        assert limits.CAP_CONTACTS in (await ada.sign_in()).caps
        ring = ring_of(TOKEN, b64(bob.identity.key))
        assert isinstance(await bob.ask(Wait(id=1, tokens=(TOKEN,))), Ok)
        assert isinstance(await eve.ask(Wait(id=1, tokens=(TOKEN,))), Ok), "who has learnt it elsewhere"
        met = await ada.ask(Call(id=1, ring=ring))
        assert isinstance(met, Met)
        called = await bob.pushed()
        assert isinstance(called, Called)
        assert (called.pair, called.token, called.peer) == (met.pair, TOKEN, b64(ada.identity.key))
        assert len({met.relay, called.relay, None}) == 3
        assert isinstance(await bob.ask(Signal(id=1, pair=met.pair, body="aGk")), Ok)
        assert isinstance(await ada.pushed(), Signaled)
        await bob.send(Bye())
        await bob.closed()
        gone = await ada.ask(Call(id=1, ring=ring))
        assert isinstance(gone, Error)
        assert gone.code is ErrorCode.NOT_HERE
        async with session.get(f"{url}metrics") as answer:
            lines = (await answer.text()).splitlines()
        for outcome in ("met", "not-here"):
            assert f'byway_calls_total{{outcome="{outcome}"}} 1.0' in lines
    await server.close()
