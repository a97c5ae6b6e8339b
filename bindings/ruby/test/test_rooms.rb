# frozen_string_literal: true

require_relative "helper"

# Stages, responses, cohorts, attribution and lifetime value.
class TestRooms < Minitest::Test
  include Helper

  ROOMS = [Leadkpi::Funnel, Leadkpi::Campaigns, Leadkpi::Stages, Leadkpi::Responses, Leadkpi::Cohorts,
           Leadkpi::Attribution, Leadkpi::Lifetime].freeze

  def test_every_call_of_a_room_is_a_method_and_every_method_that_is_documented_is_there
    apart = %w[create create_like free merge serialize deserialize describe]
    other = %w[funnel_close funnel_level funnel_levels funnel_levels_of_several cohorts_matrix attribution_close
               attribution_subtract lifetime_fit lifetime_histories lifetime_outcome lifetime_outcome_name]
    named = File.read(File.join(__dir__, "../lib/leadkpi/rooms.rb")).split(/^  class /).each_cons(2).to_h do |before, after|
      [after[/\A\w+/], before.scan(/@!method (\w+)/).flatten.map(&:to_sym)]
    end
    ROOMS.each do |room|
      verbs = Leadkpi::Library.declarations.values.filter_map do |each|
        verb = each.name[/\Aleadkpi_#{room.room}_(\w+)/, 1]
        verb if each.parameters.any? { |type| type.match?(/leadkpi_(#{room.room}|table) \*/) }
      end
      verbs -= apart
      verbs = verbs.reject { |verb| other.include?("#{room.room}_#{verb}") }
      assert_empty verbs.map(&:to_sym) - room.public_instance_methods, room.name
      assert_empty named.fetch(room.name.delete_prefix("Leadkpi::")) - room.public_instance_methods, room.name
    end
  end

  # 1 new 0, mql 1, sql 3, won 6; 2 new 0, sql 2, lost 4; 3 new 1, mql 2. By hand.
  def changes
    [[1, "new", 0], [1, "mql", 1], [1, "sql", 3], [1, "won", 6], [2, "new", 0], [2, "sql", 2], [2, "lost", 4],
     [3, "new", 1], [3, "mql", 2]].map { |id, stage, number| [id, stage, day(number)] }
  end

  def test_stages
    line = { stages: %w[new mql sql won], lost: %w[lost] }
    whole = Leadkpi::Stages.new(**line).add_rows(changes)
    steps = whole.steps(as_of: "1970-01-09")
    assert_equal [[3, 3, 2, 1], [0, 1, 0, 0], [0, 0, 1, 0]], %i[reached skipped lost].map { |name| steps[name] }
    parts = changes.each_slice(5).map { |rows| whole.empty_twin.add_rows(rows) }
    assert_equal whole.dump, parts.inject(:+).dump
    %i[snapshot transitions durations reasons leads checks].each do |name|
      refute_empty whole.public_send(name, as_of: Date.new(1970, 1, 9)).columns, name
    end
    assert_equal steps, whole.report(as_of: day(8))
  end

  def test_responses
    responses = Leadkpi::Responses.new
    responses.add_leads([1, 2, 3].map { |id| { id: id, time: day(0) } })
             .add({ lead: [1, 2], time: [day(0, 1), day(0, 3)] }, id: :lead, time: :time)
             .add_conversions([[1, day(2)]], columns: %i[id time])
    answers = responses.leads(as_of: "1970-01-09")
    assert_equal 3, answers.size
    %i[speed targets bands checks].each { |name| refute_empty responses.public_send(name, as_of: "1970-01-09").columns }
    assert_equal answers, Leadkpi::Responses.load(responses.dump).leads(as_of: "1970-01-09")
  end

  def test_cohorts
    cohorts = Leadkpi::Cohorts.new
    cohorts.add_acquisitions([1, 2].map { |id| { id: id, time: day(0), channel: "Ads" } })
           .add_activity([[1, day(0)], [1, day(31)], [2, day(0)]], columns: %i[id time])
           .add_revenue([[1, day(1), BigDecimal("9.50")]], columns: %i[id time amount])
    retained = cohorts.retention(as_of: "1970-04-01")
    assert_equal [[2, 2], [2, 1]], %i[size active].map { |name| retained[name].first(2) }
    [cohorts.value(as_of: "1970-04-01"), cohorts.survival(as_of: "1970-04-01"),
     cohorts.survival_summary(as_of: "1970-04-01"), cohorts.churn(as_of: "1970-04-01")].each { |t| refute_empty t.columns }
    refused(Leadkpi::UnknownNameError) { cohorts.retention(colour: "red") }
  end

  def test_options_of_reports_given_at_the_start_are_the_defaults_of_each
    people = [[1, day(0)], [2, day(40)]]
    plain = Leadkpi::Cohorts.new.add_acquisitions(people, columns: %i[id time])
    weekly = Leadkpi::Cohorts.new(grain: :week, "as_of" => "1970-04-01").add_acquisitions(people, columns: %i[id time])
    expected = plain.retention(grain: :week, as_of: "1970-04-01")
    refute_equal expected, plain.retention(as_of: "1970-04-01")
    assert_equal plain.retention(as_of: "1970-04-01"), weekly.retention(grain: nil)
    assert_equal plain.value(as_of: "1970-04-01"), weekly.value
    assert_equal plain.dump, weekly.dump
    [weekly, Marshal.load(Marshal.dump(weekly)), weekly.dup, weekly.empty_twin.merge!(plain)].each do |kept|
      assert_equal expected, kept.retention
    end
    refused(Leadkpi::BadArgumentError, /wek.*nearest name is "week"/) { Leadkpi::Cohorts.new(grain: :wek) }
    refused(Leadkpi::UnknownNameError, /graim.*nearest name is "grain"/) { Leadkpi::Cohorts.new(graim: :week) }
    assert_equal ["first"], Leadkpi::Attribution.new(models: ["first"]).credits[:model].uniq
  end

  def test_attribution
    attribution = Leadkpi::Attribution.new(lookback: "30d")
    attribution.add_touches([[1, day(0), "Ads"], [1, day(1), "Mail"], [2, day(0), "Ads"]], columns: %i[id time channel])
               .add_conversions([[1, day(2), 10.0]], columns: %i[id time value])
    sides = attribution.compare(models: %w[first last linear])
    assert_equal %w[Ads Mail], sides[:channel].compact.sort.first(2)
    assert_equal attribution.credits(models: ["markov:1"]), attribution.markov(order: 1)
    closed = attribution.to_paths
    assert_equal attribution.compare(models: %w[first last linear]), closed.compare(models: %w[first last linear])
    both = closed.dup.merge!(closed.dup)
    assert_equal closed.dump, both.subtract!(closed).dump
    refused(Leadkpi::WrongStateError) { attribution.subtract!(closed) }
    %i[credits touches paths summary].each { |name| refute_empty attribution.public_send(name).columns }
  end

  def test_a_model_of_lifetimes_that_is_given
    model = Leadkpi::Lifetime.new(model: "bg_nbd", r: 0.24, alpha: 4.4, a: 0.8, b: 2.4)
    customers = { frequency: [2.0, 0.0], recency: [30.43, 0.0], T: [38.86, 38.86] }
    forecast = model.forecast(customers, horizon: 39.0)
    assert_equal 2, forecast.size
    spend = Leadkpi::Lifetime.new(model: "gamma_gamma", p: 6.25, q: 3.74, gamma: 15.44)
    worth = model.forecast(customers.merge(monetary_value: [22.35, 0.0]), spend: spend, horizon: 39.0)
    assert_equal forecast.size, worth.size
    assert_operator worth.columns.size, :>=, forecast.columns.size
    refute_equal forecast, worth
    assert_equal model.dump, Leadkpi::Lifetime.load(model.dump).dump
    assert_operator model.log_likelihood(customers), :<, 0
    refute_empty model.curve.columns
    assert_equal :given, model.outcome
    assert_predicate model.tap(&:close), :closed?
  end

  def test_models_say_what_a_channel_is_worth
    cohorts = Leadkpi::Cohorts.new
    cohorts.add_acquisitions((0...60).map { |id| { id: id, time: day(0), channel: id.even? ? "Ads" : "Web" } })
    cohorts.add_revenue((0...60).flat_map { |id| (0..id % 6).map { |visit| { id: id, time: day(1 + (9 * visit)), amount: 10.0 + (id % 7) } } })
    assert_equal [0, 1, 2], cohorts.histories(as_of: "1970-06-01", by: %w[channel])[:frequency].first(3)
    model = Leadkpi::Lifetime.new(model: "bg_nbd", r: 0.5, alpha: 3.0, a: 0.8, b: 2.0)
    spends = Leadkpi::Lifetime.new(model: "gamma_gamma", p: 6.0, q: 4.0, gamma: 15.0)
    costs = { channel: %w[Ads Web], amount: [300.0, 200.0] }
    table = cohorts.lifetime_value(model, spends, costs, as_of: "1970-06-01", by: %w[channel], months: 12)
    assert_equal [10.0, 200 / 30.0], table[:cac].first(2)
    assert_operator table[:lifetime_value_low][0], :<, table[:lifetime_value_high][0]
  end

  def test_outcomes_without_the_default_one_are_a_warning
    cohorts = Leadkpi::Cohorts.new
    cohorts.add_acquisitions([{ id: 1, time: day(0) }])
    cohorts.add_outcomes([{ id: 1, time: day(1), outcome: "Won" }])
    _, said = capture_io { cohorts.conversion(as_of: "1970-06-01") }
    assert_match(/#{__FILE__}:#{__LINE__ - 1}: warning: .*nearest name is "Won"/, said)
    assert_silent { cohorts.conversion(as_of: "1970-06-01", outcomes: %w[Won]) }
  end

  def test_subscriptions_have_models_of_contracts
    cohorts = Leadkpi::Cohorts.new
    cohorts.add_acquisitions((0...40).map { |id| { id: id, time: day(0) } })
    cohorts.add_subscriptions((0...40).map { |id| { id: id, time: day(0), mrr: 10.0 } })
    cohorts.add_subscriptions((0...40).reject { |id| (id % 3).zero? }.map { |id| { id: id, time: day(7 * (1 + (((id % 10)**2) / 12))), mrr: 0.0 } })
    contracts = cohorts.contracts(as_of: "1970-03-01", renewal: "week")
    assert_equal [(0..8).to_a, 40], [contracts[:period], contracts[:alive][0]]
    model = Leadkpi::Lifetime.new(contracts, model: "sbg")
    table = cohorts.lifetime_value(model, as_of: "1970-03-01", renewal: "week", months: 0, discount: 0.1)
    assert_equal [40], table[:customers]
    assert_operator table[:residual_value][0], :>, 0
  end

  def test_transactions_become_a_fitted_model
    state = 1
    rows = (0...200).flat_map do |customer|
      (0...30).filter_map do |week|
        state = ((state * 1_664_525) + 1_013_904_223) % (2**32)
        [customer, day(7 * week)] if week.zero? || state >> 16 < 1 << (10 + (customer % 5))
      end
    end
    customers = Leadkpi::Lifetime.histories(rows, columns: %i[id time], end: day(210), unit: "7d")
    assert_equal [200, [30.0]], [customers.size, customers[:T].uniq]
    Leadkpi::Lifetime.open(customers, model: "bg_nbd") do |model|
      assert_equal 1, model.summary.size
      assert_equal %w[r alpha a b], model.parameters(level: 0.9)[:parameter]
      assert_equal 200, model.forecast(customers, horizon: 26.0).size
      refute_empty model.covariance.columns
    end
  end
end
