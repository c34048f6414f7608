"""Consent as it is given: grants of purpose × audience × data class × decision × term, and other legal bases.

Knows the shape of the ledger's entries. Must not know how they open rooms (policy) or how they are kept (storage).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Purpose(StrEnum):
    """What the account may be used for (``vocabularies/purposes.toml`` carries the labels)."""

    STORE = "store"
    CATALOGUE = "catalogue"
    CONTACT = "contact"
    TRACING = "tracing"
    STATISTICS = "statistics"
    RESEARCH = "research"
    ADVOCACY_PRIVATE = "advocacy-private"
    UN_MECHANISMS = "un-mechanisms"
    DOMESTIC_COURT = "domestic-court"
    INTERNATIONAL_COURT = "international-court"
    TRADE_ENFORCEMENT = "trade-enforcement"
    MEDIA = "media"
    PUBLICATION = "publication"
    EDUCATION = "education"
    MACHINE_TRANSCRIPTION = "machine-transcription"
    MODEL_TRAINING = "model-training"


class Audience(StrEnum):
    """Who may use it (``vocabularies/audiences.toml``)."""

    CUSTODIAN = "custodian"
    PARTNER = "partner"
    VETTED_RESEARCHERS = "vetted-researchers"
    LEGAL_TEAM = "legal-team"
    UN_BODY = "un-body"
    COURT = "court"
    AGENCY = "agency"
    JOURNALIST = "journalist"
    PUBLIC = "public"


class DataClass(StrEnum):
    """What part of the account (``vocabularies/data-classes.toml``)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    VOICE = "voice"
    IMAGE = "image"
    NARRATIVE = "narrative"
    PLACE_PRECISE = "place-precise"
    PLACE_COARSE = "place-coarse"
    MEDICAL = "medical"
    SEXUAL_VIOLENCE = "sexual-violence"
    THIRD_PARTY = "third-party"
    PERPETRATORS = "perpetrators"
    DOCUMENTS = "documents"


class Decision(StrEnum):
    """The answer. *Not asked* is not *no*, but neither opens anything; *ask me first* is no until answered."""

    YES = "yes"
    NO = "no"
    ASK = "ask"
    NOT_ASKED = "not-asked"


class Basis(StrEnum):
    """Why the archive may hold the record at all: ICRC's six legal bases, and *already public* for imports."""

    CONSENT = "consent"
    VITAL_INTEREST = "vital-interest"
    PUBLIC_INTEREST = "public-interest"
    LEGITIMATE_INTEREST = "legitimate-interest"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    ALREADY_PUBLIC = "already-public"


class Event(StrEnum):
    """What an entry does to the ledger. Entries are appended, never changed.

    RECEIPT says that the person was given a new one-time code to withdraw with, and ends the one before; it changes
    no consent. HOLD says that other people are at risk (``reason`` says who finds so, and why): while it stands no yes
    shows them outside custody. RELEASE ends the holds whose entries it ``closes``.
    """

    DRAFT = "draft"
    GRANT = "grant"
    LIMIT = "limit"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    RECEIPT = "receipt"
    HOLD = "hold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantItem:
    """One cell of consent. ``since`` and ``until`` are inclusive days; ``until`` None means without term."""

    id: UUID
    purpose: Purpose
    audience: Audience
    data_class: DataClass
    decision: Decision
    since: date | None = None
    until: date | None = None
    conditions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """One ledger entry about one record. ``closes`` names the grant items a limit or withdrawal ends.

    ``given_by`` and ``capacity`` are vocabulary words (self, guardian …; adult, minor with assent …); ``reason``
    states the basis in words and is required for every basis but consent. ``source`` and ``licence`` are required
    for *already public*. The body is sealed to custody; only the ids and ``closes`` stand in the clear.
    """

    id: UUID
    record: UUID
    event: Event
    basis: Basis
    at: date
    items: tuple[GrantItem, ...] = ()
    closes: tuple[UUID, ...] = ()
    given_by: str = "self"
    capacity: str = "adult"
    method: str = ""
    script_version: str = ""
    script_language: str = ""
    interpreter_used: bool = False
    risk_explained: bool = False
    copy_given: bool = False
    witness: str = ""
    reason: str = ""
    source: str = ""
    licence: str = ""
    review_on: date | None = None
