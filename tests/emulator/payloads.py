"""What the wire says of users, members, roles, servers and channels."""

from typing import TYPE_CHECKING

from tests.emulator.errors import JSON
from tests.emulator.flags import Kind

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.world import Application, Guild, Member, Role, User


def user(model: "User") -> JSON:
    """A user as in messages and events."""
    return {
        "id": str(model.id),
        "username": model.name,
        "global_name": None if model.bot else model.name.title(),
        "discriminator": "0000" if model.bot else "0",
        "avatar": None,
        "bot": model.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def own_user(model: "User") -> JSON:
    """The bot itself."""
    return user(model) | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None, "premium_type": 0}


def member(model: "Member", *, with_user: bool = True) -> JSON:
    """A member; roles are ids, without @everyone."""
    payload: JSON = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": model.joined_at.isoformat(),
        "nick": None,
        "pending": False,
        "premium_since": None,
        "roles": [str(each.id) for each in model.roles],
        "mute": False,
        "deaf": False,
    }
    return payload | ({"user": user(model.user)} if with_user else {})


def role(model: "Role") -> JSON:
    """A role."""
    return {
        "id": str(model.id),
        "name": model.name,
        "description": None,
        "permissions": str(model.permissions),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": model.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(model: "Channel") -> JSON:
    """A channel."""
    last = model.last_message_id
    payload: JSON = {
        "id": str(model.id),
        "type": int(model.kind),
        "flags": 0,
        "last_message_id": str(last) if last else None,
        "last_pin_timestamp": None,
    }
    if model.guild is None:
        return (
            payload
            | {"recipients": [user(each) for each in model.recipients if each is not model.world.bot]}
            | _group(model)
        )
    return payload | {
        "guild_id": str(model.guild.id),
        "name": model.name,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "position": model.guild.channels.index(model) if model in model.guild.channels else 0,
        "nsfw": False,
        "topic": None,
        "permission_overwrites": [],
    }


def _group(model: "Channel") -> JSON:
    if model.kind is not Kind.GROUP:
        return {}
    return {"name": model.name, "icon": None, "owner_id": str(model.recipients[0].id)}


def guild(model: "Guild") -> JSON:
    """A server as GUILD_CREATE gives it, with the bot as the only member."""
    return {
        "id": str(model.id),
        "name": model.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": str(model.owner.id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role(each) for each in model.roles],
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
        "preferred_locale": model.locale,
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "stickers": [],
        "joined_at": model.members[model.world.bot.id].joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(model.members),
        "voice_states": [],
        "members": [member(model.members[model.world.bot.id])],
        "channels": [channel(each) for each in model.channels],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application(model: "Application", bot: "User", *, guilds: int) -> JSON:
    """The application, as its owner sees it."""
    return {
        "id": str(model.id),
        "name": model.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": model.flags,
        "flags_new": str(model.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(model.owner),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}, "1": {}},
        "event_webhooks_status": 1,
    }
