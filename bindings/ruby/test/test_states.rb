# frozen_string_literal: true

require_relative "helper"
require "open3"

# A state is the same bytes in C, Python and Ruby, and each reads those of the others.
class TestStates < Minitest::Test
  include Helper

  # Rows that every language has: whole days, texts and cents.
  EVENTS = { "id" => [1, 1, 1, 2, 2, 3], "event" => %w[a b c a b a], "time" => [0, 1, 5, 0, 9, 2] }.freeze
  LEADS = { "id" => %w[x y z], "time" => [0, 1, 2], "channel" => ["Ads", nil, "Grüße"] }.freeze
  COSTS = { "time" => [0, 31], "amount" => [100_050, 7], "channel" => ["Ads", nil] }.freeze
  TOUCHES = { "id" => [1, 1, 2], "time" => [0, 1, 0], "channel" => %w[Ads Mail Ads] }.freeze
  CONVERSIONS = { "id" => [1], "time" => [2], "value" => [1050] }.freeze

  # The same through Python: `days` and `cents` become its values.
  PYTHON = <<~'END'
    import datetime, decimal, json, sys, leadkpi as lk
    def made(columns):
        day = datetime.timedelta(days=1)
        start = datetime.datetime(1970, 1, 1)
        kinds = {"time": lambda v: start + v * day, "amount": lambda v: decimal.Decimal(v) / 100,
                 "value": lambda v: decimal.Decimal(v) / 100}
        return {name: [kinds.get(name, lambda v: v)(value) for value in values] for name, values in columns.items()}
    given = json.load(sys.stdin)
    funnel = lk.Funnel(["a", "b", "c"], window="7d").add(made(given["events"]), batch="one")
    campaigns = lk.Campaigns().add_leads(made(given["leads"])).add_costs(made(given["costs"]))
    attribution = lk.Attribution(lookback="30d").add_touches(made(given["touches"]))
    attribution.add_conversions(made(given["conversions"]))
    own = [funnel, campaigns, attribution]
    back = [type(each).loads(bytes.fromhex(state)).dumps().hex() for each, state in zip(own, given["states"])]
    json.dump({"own": [each.dumps().hex() for each in own], "back": back,
               "reached": lk.Funnel.loads(bytes.fromhex(given["states"][0])).steps()["reached"]}, sys.stdout)
  END

  def made(columns)
    kinds = { "time" => ->(value) { day(value) }, "amount" => ->(value) { BigDecimal(value) / 100 },
              "value" => ->(value) { Rational(value, 100) } }
    columns.to_h { |name, values| [name, values.map { |value| kinds.fetch(name, :itself.to_proc).call(value) }] }
  end

  def handles
    [Leadkpi::Funnel.new(%w[a b c], window: "7d").add(made(EVENTS), batch: "one"),
     Leadkpi::Campaigns.new.add_leads(made(LEADS)).add_costs(made(COSTS)),
     Leadkpi::Attribution.new(lookback: "30d").add_touches(made(TOUCHES)).add_conversions(made(CONVERSIONS))]
  end

  def hex(bytes)
    bytes.unpack1("H*")
  end

  def test_python_writes_and_reads_the_same_bytes
    states = handles.map { |handle| hex(handle.dump) }
    given = { events: EVENTS, leads: LEADS, costs: COSTS, touches: TOUCHES, conversions: CONVERSIONS, states: states }
    found = python(given)
    assert_equal states, found["own"], "Python writes other bytes"
    assert_equal states, found["back"], "Python reads something else"
    handles.zip(found["own"]) do |handle, state|
      assert_equal state, hex(handle.class.load([state].pack("H*")).dump)
    end
    assert_equal Leadkpi::Funnel.load([found["own"].first].pack("H*")).steps[:reached], found["reached"]
  end

  def python(given)
    require "json"
    interpreter = ENV.fetch("PYTHON", "/usr/bin/python3")
    environment = { "PYTHONPATH" => File.join(SOURCE, "bindings", "python"), "PYTHONDONTWRITEBYTECODE" => "1" }
    skip "no #{interpreter} to compare states with" unless File.executable?(interpreter)
    out, said, status = Open3.capture3(environment, interpreter, "-c", PYTHON, stdin_data: JSON.generate(given))
    assert_predicate status, :success?, said
    JSON.parse(out)
  end

  # That of tests/funnel/test_funnel_state.c, which no release may read or write otherwise.
  def test_the_golden_state_of_c_comes_from_the_same_rows
    source = File.read(File.join(SOURCE, "tests", "funnel", "test_funnel_state.c"))
    golden = source[/golden_state_1\[\] =(.*?);/m, 1].scan(/\h{2,}/).join
    funnel = Leadkpi::Funnel.new(["visit", "demo|call"], window: "1d", exclude: "spam")
    rows = [[-5, 100, 0, 1, false, "web"], [7, 90, 2, 2, false, nil], [7, 80, 0, 1, false, ""], [7, 85, 0, 0, true, "web"]]
    funnel.add(rows.map { |id, time, *rest| [id, Time.at(0, time, :microsecond), *rest] },
               columns: %i[id time sequence steps excluded segment], batch: "2025-04")
    assert_equal golden, hex(funnel.dump)
    assert_equal golden, hex(Leadkpi::Funnel.load([golden].pack("H*")).dump)
  end
end
