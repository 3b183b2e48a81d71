"""`/ask`: what people see, component by component."""


from index.engine import Engine
from tests.bot.stage import QUESTION, QUOTE, Stage, play


def test_answer_is_public_quotes_and_names_its_source(served_by_default_model: Engine) -> None:
    async def scenario(stage: Stage) -> None:
        interaction = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        assert interaction.deferred
        assert not interaction.ephemeral
        message = await stage.answered(interaction)
        print(message.text())
        print(message.components)
        assert QUOTE in message.text()

    play(scenario, served_by_default_model)
