"""Each kind in its forms and surroundings, and what only looks like it."""

import pytest

from tilth.clean.identifiers import ADDRESSES, NUMBERS, TOKENS, called_phones, found, ibans, ipv6

RIGHT = {
    "card": ["4111 1111 1111 1111", "4111111111111111", "5500-0000-0000-0004", "3782 822463 10005", "6011000990139424", "3530111333300000",
             "2223003122003222", "213176828496175", "30569309025904", "6200000000000005"],
    "us_ssn": ["856-45-6789", "SSN 856456789", "social security number: 856 45 6789"],
    "gb_nino": ["AB123456C", "AB 12 34 56 C"],
    "fr_nir": ["2 95 10 99 126 111 93", "295109912611193", "2 54 05 2A 122 044 04"],
    "de_steuer_id": ["Steuer-ID 86095742719", "IdNr. 47 036 892 816"],
    "es_dni": ["12345678Z", "12345678-Z", "X1234567L", "Y-1234567-X"],
    "it_codice_fiscale": ["RSSMRA85T10A562S", "MRTMTT91D08F205J"],
    "nl_bsn": ["BSN: 111222333", "burgerservicenummer 1112.22.333"],
    "br_cpf": ["529.982.247-25", "CPF 52998224725"],
    "br_cnpj": ["11.222.333/0001-81", "CNPJ: 11222333000181"],
    "in_aadhaar": ["Aadhaar 2341 2341 2346", "aadhar no. 234123412346"],
    "cn_resident_id": ["11010519491231002X", "身份证号11010519491231002X。"],
    "pl_pesel": ["PESEL: 44051401359"],
    "ca_sin": ["SIN 130 692 544", "social insurance number 130692544"],
    "mac": ["00-1B-44-11-3A-B7"],
}  # fmt: skip
WRONG = {
    "card": ["4111 1111 1111 1112", "0000 0000 0000 0000", "1234567812345670", "4111111111111111111111", "x4111111111111111",
    "1,4111111111111111",
             "978-0-306-40615-7"],
    "us_ssn": ["000-45-6789", "666-45-6789", "912-45-6789", "856-00-6789", "856-45-0000", "856456789", "856 45 6789", "856-45-67890",
    "1-856-45-6789"],
    "gb_nino": ["GB123456A", "DA123456A", "AB123456E", "xAB123456C"],
    "fr_nir": ["2 95 10 99 126 111 92", "9 95 10 99 126 111 93"],
    "de_steuer_id": ["86095742719", "Steuer-ID 86095742718", "Steuer 11111111111"],
    "es_dni": ["12345678A", "X1234567A", "112345678Z"],
    "it_codice_fiscale": ["RSSMRA85T10A562T", "rssmra85t10a562s"],
    "nl_bsn": ["111222333", "BSN 111222334"],
    "br_cpf": ["529.982.247-26", "52998224725", "111.111.111-11"],
    "br_cnpj": ["11.222.333/0001-82", "11222333000181"],
    "in_aadhaar": ["2341 2341 2346", "Aadhaar 2341 2341 2347", "Aadhaar 1341 2341 2346"],
    "cn_resident_id": ["110105194912310021", "11010519491331002X", "110105194912310028"],
    "pl_pesel": ["44051401359", "PESEL 44051401358", "PESEL 44991401359"],
    "ca_sin": ["130 692 544", "SIN 130 692 545"],
    "mac": ["00-00-00-00-00-00", "00-1B-44-11-3A", "00-1B-44-11-3A-B7-01"],
}  # fmt: skip


def kinds_in(text: str) -> set[str]:
    data = text.encode()
    return {kind for _, _, kind in found(NUMBERS, frozenset(NUMBERS), data, 0, len(data))}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in RIGHT.items() for text in texts])
@pytest.mark.parametrize("around", ["{}", "see {}, please", "({})", "{}.\n", "no: {};"])
def test_each_kind_is_found_in_any_surroundings(kind: str, text: str, around: str) -> None:
    assert kind in kinds_in(around.format(text))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in WRONG.items() for text in texts])
def test_what_only_looks_like_it_is_left(kind: str, text: str) -> None:
    assert kind not in kinds_in(text)


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO93 8601 1117 947",
"MT84MALT011000012345MTLCAST001S", "FR14-2004-1010-0505-0001-3M02-606"])
@pytest.mark.parametrize("around", ["{}", "to {}.", "IBAN: {} BIC ABCDEFGH", "{} 12"])
def test_ibans(text: str, around: str) -> None:
    data = around.format(text).encode()
    assert [data[start:stop].decode() for start, stop in ibans(data, 0, len(data))] == [text]


@pytest.mark.parametrize("text", ["DE88 3704 0044 0532 0130 00", "XX89370400440532013000", "DE8937040044053201300",
"DE893704004405320130001", "aDE89370400440532013000"])
def test_no_ibans(text: str) -> None:
    assert list(ibans(text.encode(), 0, len(text))) == []


@pytest.mark.parametrize(("text", "number"), [
    ("Phone: (37) 788-063", "(37) 788-063"), ("call me on 9472 7916", "9472 7916"), ("Tel. 78 651 450 x12", "78 651 450"),
    ("9885 1152-Office", "9885 1152"),
    ("Fax +41 44 668 18 00", "+41 44 668 18 00"), ("Handy: 0151/2345678", "0151/2345678"),
])  # fmt: skip
def test_a_word_makes_a_phone_number(text: str, number: str) -> None:
    data = text.encode()
    assert number in [data[start:stop].decode() for start, stop in called_phones(data, text.index(number) + 1, len(data))]


@pytest.mark.parametrize("text", ["code 9472 7916", "called 2024-01-31", "phone since 31.12.2024", "calls: 12 34",
"phone 12345678901234567890"])
def test_no_word_or_no_number(text: str) -> None:
    assert list(called_phones(text.encode(), 0, len(text))) == []


def test_addresses_of_machines() -> None:
    assert [kind for _, _, kind in found(ADDRESSES, frozenset(ADDRESSES), b"00:1b:44:11:3a:b7", 0, 17)] == ["mac"]
    for text, right in {"2606:4700:4700::1111": 1, "fe80::1ff:fe23:4567:890a": 0, "2001:db8::1": 0, "ed::": 0, "1:2:3": 0}.items():
        assert len(list(ipv6(text.encode(), 0, len(text)))) == right, text


@pytest.mark.parametrize(("text", "kind"), [
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin_address"), ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bitcoin_segwit_address"),
    ("0x52908400098527886E0F7030069857D2E4169EE7", "ethereum_address"), ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", None), ("0x" + "0" * 40,
    None),
])  # fmt: skip
def test_addresses_of_money(text: str, kind: str | None) -> None:
    assert [kind for _, _, kind in found(TOKENS, frozenset(TOKENS), text.encode(), 0, len(text))] == ([kind] if kind else [])
