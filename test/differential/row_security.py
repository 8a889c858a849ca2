"""What row security must not change, and what it must hide: the functions of availability asked by an application's role in the contexts
of a session. Called by run.py, in the transaction of a batch."""

import random
from functools import partial
from typing import NamedTuple, Optional

from differences import Difference
from questions import FUNCTIONS
from round import Asking, Failures, Round, Way, ways
from scenario import Dice, Scenario


class Context(NamedTuple):
    tenant_id: Optional[str]
    business_id: Optional[str]
    user_id: Optional[str]


# A business's tenant has the id of the business (server.py), an employee's user that of the employee.

def seeing_contexts(dice: Dice, business_id: str):
    return [Context(business_id, business_id, None), Context(None, business_id, None), Context(business_id, None, None),
            Context(business_id, business_id, dice.identity())]


def blind_contexts(dice: Dice, business_id: str, other_id: str):
    return [Context(None, None, None), Context(None, None, dice.identity()), Context(dice.identity(), None, None),
            Context(other_id, other_id, None), Context(other_id, None, None), Context(other_id, business_id, None)]


def check_row_security(batch: Round, dice: random.Random, share: float) -> Failures:
    """For a share of the scenarios, each in one context that sees it, in one that does not, and in that of an employee as a mere user."""
    application = batch.server.application
    failures, askings = [], []
    for index, scenario in enumerate(batch.scenarios):
        if dice.random() >= share:
            continue
        contexts = Dice(f"{scenario.seed} row security")
        seeing = contexts.choice(seeing_contexts(contexts, scenario.business.id))
        askings.append(Asking([index], ways(dice), f", row security, {seeing}", partial(application, seeing)))
        with application(seeing):
            failures += batch.check_direct(index, f"{seeing}")
        other_id = batch.scenarios[index - 1].business.id
        if other_id != scenario.business.id:
            blind = contexts.choice(blind_contexts(contexts, scenario.business.id, other_id))
            with application(blind):
                failures += check_hidden(batch, contexts.choice(ways(dice)), index, blind)
        if scenario.business.employees:
            with application(Context(None, None, contexts.choice(sorted(scenario.business.employees)))):
                failures += check_both_ways(batch, dice, index)
    return failures + batch.compare(askings)


def not_found(function: str) -> str:
    """The word for programs."""
    return "employee" if function == "free_busy" else "service"


def check_hidden(batch: Round, way: Way, index: int, context: Context) -> Failures:
    """Who may not see the business is told no more than that there is no such service or employee."""
    return [told(batch.scenarios[index], name, f"{way}, {context}", answer)
            for name in FUNCTIONS for answer in batch.ask(name, way, [index]).values()
            if getattr(answer, "sqlstate", None) != "BM003" or answer.detail != not_found(name)
            or batch.scenarios[index].business.id in answer.message]


def told(scenario: Scenario, name: str, circumstances: str, answer):
    return scenario, Difference(f"{name} tells of another business", circumstances, "expected", "BM003", "the server", answer)


def check_both_ways(batch: Round, dice: random.Random, index: int) -> Failures:
    """An employee as a mere user sees some rows; by direct scans no more and no fewer than by queries."""
    failures = []
    directly, by_queries = ways(dice)
    for name in FUNCTIONS:
        one, other = batch.ask(name, directly, [index]), batch.ask(name, by_queries, [index])
        if one != other:
            failures.append((batch.scenarios[index], Difference(f"{name} depends on the way of reading", "in a user's context",
                                                                str(directly), one[index], str(by_queries), other[index])))
    return failures
