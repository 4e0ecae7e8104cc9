"""The customer-value models give the published numbers."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from datetime import date
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.analytics.rules import bgnbd, clv, gamma_gamma, pareto_nbd
from app.services.analytics.rules.history import ModelInputs, histories, model_inputs, sorted_orders
from app.services.analytics.rules.special import hyp2f1, lgamma
from tests.unit.analytics import cdnow

PUBLISHED = (0.2426, 4.4136, 0.7929, 2.4259)


@pytest.fixture(scope="module")
def lifetimes() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes as found
        import lifetimes.fitters.beta_geo_fitter
    return found


@pytest.fixture(scope="module")
def fitted() -> bgnbd.Fit:
    return bgnbd.fit(*cdnow.summary())


def test_that_bgnbd_gives_the_published_parameters(fitted: bgnbd.Fit) -> None:
    assert fitted.params == pytest.approx(PUBLISHED, abs=0.002)
    assert fitted.log_likelihood == pytest.approx(-9582.43, abs=0.05)
    assert fitted.n == 2357
    assert not fitted.on_boundary


def test_that_pareto_nbd_gives_the_published_parameters() -> None:
    found = pareto_nbd.fit(*cdnow.summary())
    assert found.params == pytest.approx((0.553, 10.578, 0.606, 11.669), abs=0.005)
    assert found.log_likelihood == pytest.approx(-9595.0, abs=0.1)


def test_that_gamma_gamma_gives_the_published_parameters() -> None:
    x, m = cdnow.spending()
    assert len(x) == 946
    assert gamma_gamma.fit(x, m).params == pytest.approx((6.25, 3.74, 15.44), abs=0.02)


def test_that_gamma_gamma_does_not_depend_on_the_unit_of_money() -> None:
    x, m = cdnow.spending()
    p, q, gamma = gamma_gamma.fit(x, m).params
    assert gamma_gamma.fit(x, m * 100).params == pytest.approx((p, q, gamma * 100), rel=1e-4)


def test_that_the_paper_s_example_customer_comes_out() -> None:
    x, tx, age = (np.array([v]) for v in (2.0, 30.43, 38.86))
    assert bgnbd.expected(PUBLISHED, 39, x, tx, age)[0] == pytest.approx(1.226, abs=0.002)
    assert bgnbd.probability_alive(PUBLISHED, x, tx, age)[0] == pytest.approx(0.73, abs=0.01)


def test_that_the_hold_out_weeks_are_predicted_as_in_the_paper(fitted: bgnbd.Fit) -> None:
    x, tx, age = cdnow.summary()
    predicted = bgnbd.expected(fitted.params, 39, x, tx, age)
    days: dict[str, set[date]] = defaultdict(set)
    everybody = sorted({p.customer for p in cdnow.purchases()})
    for purchase in cdnow.purchases():
        if purchase.day > cdnow.CALIBRATION_END:
            days[purchase.customer].add(purchase.day)
    actual = np.array([len(days[c]) for c in everybody])
    never = x == 0
    assert actual[never].mean() == pytest.approx(0.24, abs=0.01)
    assert predicted[never].mean() == pytest.approx(0.23, abs=0.01)
    assert np.corrcoef(actual, predicted)[0, 1] == pytest.approx(0.626, abs=0.01)


def test_that_the_inputs_made_from_the_log_are_the_published_ones() -> None:
    bought = [p for p in cdnow.purchases() if p.day <= cdnow.CALIBRATION_END]
    names = sorted({p.customer for p in bought})
    number = {name: i for i, name in enumerate(names)}
    orders = sorted_orders(
        np.array([number[p.customer] for p in bought]),
        np.array([p.day.toordinal() for p in bought]),
        np.array([p.cents for p in bought]),
    )
    found = model_inputs(histories(orders), cdnow.CALIBRATION_END.toordinal())
    x, tx, age = cdnow.summary()
    assert (found.x == x).all()
    assert found.tx == pytest.approx(tx, abs=0.006)
    assert found.age == pytest.approx(age, abs=0.006)


@pytest.mark.parametrize("weeks", [1.0, 39.0, 520.0])
def test_that_expected_purchases_agree_with_another_implementation(lifetimes: ModuleType, weeks: float) -> None:
    x, tx, age = cdnow.summary()
    oracle = lifetimes.BetaGeoFitter()
    oracle.params_ = dict(zip(("r", "alpha", "a", "b"), PUBLISHED, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = oracle.conditional_expected_number_of_purchases_up_to_time(weeks, x, tx, age)
        alive = oracle.conditional_probability_alive(x, tx, age)
    assert bgnbd.expected(PUBLISHED, weeks, x, tx, age) == pytest.approx(np.asarray(wanted), rel=1e-6)
    assert bgnbd.probability_alive(PUBLISHED, x, tx, age) == pytest.approx(np.asarray(alive), rel=1e-9)


def test_that_the_average_value_agrees_with_another_implementation(lifetimes: ModuleType) -> None:
    x, m = cdnow.spending()
    oracle = lifetimes.GammaGammaFitter()
    oracle.params_ = dict(zip(("p", "q", "v"), (6.25, 3.74, 15.44), strict=True))
    wanted = np.asarray(oracle.conditional_expected_average_profit(x, m))
    assert gamma_gamma.expected((6.25, 3.74, 15.44), x, m) == pytest.approx(wanted, rel=1e-9)


def test_that_value_to_come_agrees_with_another_implementation(lifetimes: ModuleType, fitted: bgnbd.Fit) -> None:
    """The same sum by hand: margin · E[M] · Σ (E[Y(k)] − E[Y(k−1)])/(1+d)^k over periods of four weeks."""
    x, tx, age = (column[:50] for column in cdnow.summary())
    inputs = ModelInputs(x, tx, age, np.where(x > 0, 2500.0, 0.0))
    value = bgnbd.Fit((6.25, 3.74, 1544.0), 0.0, 946)
    model = clv.Model(fitted, value, 946, 0.1)
    oracle = lifetimes.BetaGeoFitter()
    oracle.params_ = dict(zip(("r", "alpha", "a", "b"), fitted.params, strict=True))
    rate = 1.1 ** (4 * 7 / 365.25) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        coming = [
            np.asarray(oracle.conditional_expected_number_of_purchases_up_to_time(4.0 * k, x, tx, age))
            for k in range(14)
        ]
    worth = gamma_gamma.expected(value.params, x, inputs.mean)
    wanted = 0.4 * worth * sum((coming[k] - coming[k - 1]) / (1 + rate) ** k for k in range(1, 14))
    assert clv.residual(model, inputs, weeks=52, discount=0.1, margin=0.4) == pytest.approx(wanted, rel=1e-6)


def test_that_the_chance_of_no_purchase_agrees_with_a_simulation(fitted: bgnbd.Fit) -> None:
    """Ten thousand customers with one history, drawn from the model's own posterior."""
    random = np.random.default_rng(5)
    x, tx, age, weeks = 3.0, 20.0, 30.0, 13.0
    r, alpha, _a, _b = fitted.params
    one = (np.array([x]), np.array([tx]), np.array([age]))
    alive = float(bgnbd.probability_alive(fitted.params, *one)[0])
    rates = random.gamma(r + x, 1 / (alpha + age), 10_000)
    buys = (random.random(10_000) < alive) & (random.poisson(rates * weeks) > 0)
    model = clv.Model(fitted, bgnbd.Fit((6.25, 3.74, 15.44), 0.0, 946), 946, None)
    inputs = ModelInputs(*one, np.array([10.0]))
    assert clv.no_purchase(model, weeks, inputs)[0] == pytest.approx(1 - buys.mean(), abs=0.02)


@pytest.mark.parametrize(
    "params", [(0.5, 6.0, 0.8, 2.5), (1.5, 10.0, 0.5, 1.5), (0.3, 2.0, 1.2, 4.0), (3.0, 30.0, 0.4, 3.0)]
)
def test_that_the_fit_is_as_good_as_another_implementation_s(
    lifetimes: ModuleType, params: tuple[float, float, float, float]
) -> None:
    """On histories drawn from the model itself."""
    random = np.random.default_rng(7)
    r, alpha, a, b = params
    x, tx, age = np.zeros(800), np.zeros(800), random.uniform(20, 60, 800)
    for i in range(800):
        rate, leaves, at = random.gamma(r, 1 / alpha), random.beta(a, b), 0.0
        while True:
            at += random.exponential(1 / rate)
            if at > age[i]:
                break
            x[i], tx[i] = x[i] + 1, at
            if random.random() < leaves:
                break
    own = bgnbd.fit(x, tx, age)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = lifetimes.BetaGeoFitter(penalizer_coef=0.0).fit(x, tx, age)
    logs = np.log([other.params_[k] for k in ("r", "alpha", "a", "b")])
    theirs = float(bgnbd.log_likelihood(logs, x, tx, age).sum())
    assert own.log_likelihood >= theirs - 0.01


def test_that_too_few_repeaters_are_not_trusted() -> None:
    x, tx, age = (column[:40] for column in cdnow.summary())
    found = clv.fit(ModelInputs(x, tx, age, np.where(x > 0, 1000.0, 0.0)))
    assert found.purchases.ridged
    assert not found.trusted
    assert all(math.isfinite(p) for p in found.purchases.params)


def test_that_a_parameter_on_its_boundary_is_not_trusted() -> None:
    """Everybody buys each week up to the end: nobody drops out, so a and b are not determined."""
    age = np.linspace(20.0, 40.0, 300)
    x = np.floor(age * np.linspace(0.5, 1.5, 300))
    inputs = ModelInputs(x, age * 0.99, age, np.full(300, 100.0))
    assert bgnbd.fit(inputs.x, inputs.tx, inputs.age).on_boundary
    found = clv.fit(inputs)
    assert found.purchases.ridged
    assert not found.trusted
    assert (clv.purchases_to_come(found, 10, inputs) > 0).all()


def test_that_enough_ordinary_data_is_trusted() -> None:
    x, tx, age = cdnow.summary()
    found = clv.fit(ModelInputs(x, tx, age, np.where(x > 0, 1000.0 + x, 0.0)))
    assert found.trusted
    assert found.purchases.params == pytest.approx(PUBLISHED, abs=0.002)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_that_the_order_of_customers_changes_nothing(random: object) -> None:
    order = np.arange(400)
    random.shuffle(order)  # type: ignore[attr-defined]
    x, tx, age = (column[:400] for column in cdnow.summary())
    inputs = ModelInputs(x, tx, age, np.where(x > 0, 1000.0, 0.0))
    mixed = ModelInputs(x[order], tx[order], age[order], inputs.mean[order])
    one, other = clv.fit(inputs), clv.fit(mixed)
    assert one.purchases == other.purchases
    assert (clv.purchases_to_come(other, 13, mixed) == clv.purchases_to_come(one, 13, inputs)[order]).all()


@given(st.floats(1e-3, 1e4))
def test_that_log_gamma_is_right(value: float) -> None:
    assert float(lgamma(value)) == pytest.approx(math.lgamma(value), rel=1e-11, abs=1e-11)


@given(st.floats(0, 0.95))
def test_that_the_hypergeometric_series_agrees_with_closed_forms(z: float) -> None:
    assert float(hyp2f1(1, 1, 2, z)) == pytest.approx(-math.log1p(-z) / z if z > 1e-9 else 1.0, rel=1e-6)
    assert float(hyp2f1(0.7, 2.5, 2.5, z)) == pytest.approx((1 - z) ** -0.7, rel=1e-6)
