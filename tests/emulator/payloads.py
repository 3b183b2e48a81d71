"""What the wire says of users, members, roles, servers and channels."""

from typing import TYPE_CHECKING

from tests.emulator.errors import JSON
from tests.emulator.flags import Kind

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.world import Application, Guild, Member, Role, User


def user(of: "User") -> JSON:
    """A user as in messages and events."""
    return {
        "id": str(of.id),
        "username": of.name,
        "global_name": None if of.bot else of.name.title(),
        "discriminator": "0000" if of.bot else "0",
        "avatar": None,
        "bot": of.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def own_user(of: "User") -> JSON:
    """The bot itself."""
    return user(of) | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None, "premium_type": 0}


def member(of: "Member", *, with_user: bool = True) -> JSON:
    """A member; roles are ids, without @everyone."""
    payload: JSON = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": of.joined_at.isoformat(),
        "nick": None,
        "pending": False,
        "premium_since": None,
        "roles": [str(one.id) for one in of.roles],
        "mute": False,
        "deaf": False,
    }
    return payload | ({"user": user(of.user)} if with_user else {})


def role(of: "Role") -> JSON:
    """A role."""
    return {
        "id": str(of.id),
        "name": of.name,
        "description": None,
        "permissions": str(of.permissions),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": of.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(of: "Channel") -> JSON:
    """A channel."""
    last = of.last_message_id
    payload: JSON = {
        "id": str(of.id),
        "type": int(of.kind),
        "flags": 0,
        "last_message_id": str(last) if last else None,
        "last_pin_timestamp": None,
    }
    if of.guild is None:
        return payload | {"recipients": [user(one) for one in of.recipients if one is not of.world.bot]} | _group(of)
    return payload | {
        "guild_id": str(of.guild.id),
        "name": of.name,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "position": of.guild.channels.index(of) if of in of.guild.channels else 0,
        "nsfw": False,
        "topic": None,
        "permission_overwrites": [],
    }


def _group(of: "Channel") -> JSON:
    if of.kind is not Kind.GROUP:
        return {}
    return {"name": of.name, "icon": None, "owner_id": str(of.recipients[0].id)}


def guild(of: "Guild") -> JSON:
    """A server as GUILD_CREATE gives it, with the bot as the only member."""
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": str(of.owner.id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role(one) for one in of.roles],
        "emojis": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "max_members": 500_000,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "preferred_locale": of.locale,
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "stickers": [],
        "joined_at": of.members[of.world.bot.id].joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(of.members),
        "voice_states": [],
        "members": [member(of.members[of.world.bot.id])],
        "channels": [channel(one) for one in of.channels],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application(of: "Application", bot: "User", *, guilds: int) -> JSON:
    """The application, as its owner sees it."""
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": of.flags,
        "flags_new": str(of.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(of.owner),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}, "1": {}},
        "event_webhooks_status": 1,
    }
