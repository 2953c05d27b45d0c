"""What is said to routers in UPnP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.mapping import igd
from pypeer.connect.mapping.wire import Protocol, Wish

URL = "http://192.168.1.1:5000/root.xml"
WISH = Wish(Protocol.TCP, ("192.168.1.7", 5000), 120, bytes(12))
KIND = igd.SERVICES[1]


def described(kind: str = KIND, control: str = "/ctl/IPConn", before: str = "") -> str:
    """A description, as routers write them."""
    other = "<service><serviceType>urn:x:Layer3Forwarding:1</serviceType><controlURL>/l3f</controlURL></service>"
    own = f"<service>\n <serviceType>{kind}</serviceType>\n <controlURL>{control}</controlURL>\n</service>"
    return f"<root>{before}<device><serviceList>{other}{own}</serviceList></device></root>"


def answer(where: str) -> bytes:
    """To a search."""
    return f"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nLocation: {where}\r\nST: x\r\n\r\n".encode()


def test_a_search_asks_for_one_service() -> None:
    assert igd.search(KIND).startswith(b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n")
    assert f"ST: {KIND}\r\n\r\n".encode() in igd.search(KIND)


def test_the_description_is_at_the_router_that_answers() -> None:
    assert igd.location(answer(URL), "192.168.1.1") == URL


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"NOTIFY * HTTP/1.1\r\nLocation: http://192.168.1.1/\r\n\r\n",
        answer("http://192.168.1.2:5000/root.xml"),
        answer("http://example.org/root.xml"),
        answer("https://192.168.1.1/root.xml"),
        answer("http://[192.168.1.1/root.xml"),
        answer("file:///etc/passwd"),
    ],
)
def test_it_is_looked_for_nowhere_else(data: bytes) -> None:
    assert igd.location(data, "192.168.1.1") is None


def test_the_service_is_found_wherever_it_is() -> None:
    assert igd.service(described(), URL) == igd.Service(KIND, "http://192.168.1.1:5000/ctl/IPConn")
    based = described(before="<URLBase>http://192.168.1.1:80/</URLBase>", control="ctl")
    assert igd.service(based, URL) == igd.Service(KIND, "http://192.168.1.1:80/ctl")


def test_the_best_of_several_is_taken() -> None:
    both = described() + described(igd.SERVICES[0], "/ctl2") + described(igd.SERVICES[2], "/ppp")
    assert igd.service(both, URL) == igd.Service(igd.SERVICES[0], "http://192.168.1.1:5000/ctl2")


@pytest.mark.parametrize("text", ["", described("urn:x"), described(control=""), described(control="http://evil/x")])
def test_without_a_service_of_its_own_a_router_maps_nothing(text: str) -> None:
    assert igd.service(text, URL) is None


def test_orders_name_the_mapping() -> None:
    added = igd.add(KIND, WISH, 6000, 120)
    for name, value in (
        ("NewExternalPort", "6000"),
        ("NewProtocol", "TCP"),
        ("NewInternalPort", "5000"),
        ("NewInternalClient", "192.168.1.7"),
        ("NewLeaseDuration", "120"),
    ):
        assert f"<{name}>{value}</{name}>" in added
    assert f'<u:DeletePortMapping xmlns:u="{KIND}">' in igd.delete(KIND, WISH, 6000)


def test_answers_are_read_whatever_their_prefixes() -> None:
    assert igd.public("<s:Body><NewExternalIPAddress>203.0.113.9</NewExternalIPAddress></s:Body>") == "203.0.113.9"
    assert igd.fault("<e:errorCode xmlns:e='x'> 718 </e:errorCode>") == igd.TAKEN
    assert igd.fault("<errorCode>x</errorCode>") == 0
    assert igd.fault("") == 0


@given(st.text(max_size=300), st.binary(max_size=300))
def test_nothing_that_a_router_says_does_harm(text: str, data: bytes) -> None:
    igd.service(f"<service>{text}</service>", URL)
    igd.public(text)
    igd.fault(text)
    igd.location(b"HTTP/1.1 200 OK\r\nLocation: http://" + data, "192.168.1.1")
