# frozen_string_literal: true

require_relative "helper"

# Every KPI through Ruby is bit for bit what C gives.
class TestVectors < Minitest::Test
  include Helper

  # C by itself, without the gem's functions.
  module Straight
    extend FFI::Library
    ffi_lib ENV.fetch("LEADKPI_LIBRARY", Leadkpi::Library.ffi_libraries.first.name)
  end

  def vectors
    lines = File.readlines(File.join(SOURCE, "tests", "vectors", "kpi.tsv"), chomp: true).grep_v(/\A(#|kpi\t)/)
    lines.map do |line|
      name, inputs, value, low, high = line.split("\t", -1)
      pairs = inputs.split("; ").to_h { |pair| pair.split("=") }
      [name, pairs.to_h { |key, text| [key.to_sym, text.split(",").map { |each| number(each) }] }, number(value),
       low.empty? ? nil : number(low), high.empty? ? nil : number(high)]
    end
  end

  def number(text)
    text == "inf" ? Float::INFINITY : Float(text)
  end

  def straight_from_c(entry, inputs)
    name = "leadkpi_#{entry.function}"
    types = entry.inputs.flat_map { entry.arrays? ? %i[pointer size_t] : [:double] }
    Straight.attach_function name, types, :double unless Straight.respond_to?(name)
    arguments = inputs.values.flat_map do |values|
      entry.arrays? ? [FFI::MemoryPointer.new(:double, values.size).write_array_of_double(values), values.size] : values
    end
    Straight.public_send(name, *arguments)
  end

  def bits(value)
    [value].pack("d").unpack1("Q")
  end

  def test_every_vector_gives_the_bits_of_c_by_every_way_in
    assert_operator vectors.size, :>, 150
    vectors.each do |name, inputs, value, low, high|
      entry = Leadkpi.kpi(name)
      called = inputs.transform_values { |values| entry.arrays? ? values : values.first }
      expected = straight_from_c(entry, inputs)
      assert_in_delta value, expected, (1e-9 * value.abs) + 1e-12, name
      assert_equal bits(expected), bits(Leadkpi.public_send(entry.function, *called.values)), name
      assert_equal bits(expected), bits(Leadkpi.public_send(entry.function, **called)), name
      estimate = Leadkpi.evaluate(name, **called)
      assert_equal [bits(expected), :ok], [bits(estimate.value), estimate.status], name
      assert_equal bits(expected), bits(Leadkpi.evaluate(entry, *called.values).value), name
      assert_interval(estimate, low, high) if low
      next if entry.arrays?

      assert_equal [expected] * 3, Leadkpi.public_send(entry.function, *called.values.map { |each| [each] * 3 }), name
    end
  end

  def assert_interval(estimate, low, high)
    assert_in_delta low, estimate.low, (1e-6 * low.abs) + 1e-9
    assert_in_delta high, estimate.high, (1e-6 * high.abs) + 1e-9
  end
end

# How KPIs are called and read.
class TestKpi < Minitest::Test
  include Helper

  def test_undefined_is_nan_or_raises_as_asked
    assert_equal 20.0, Leadkpi.cost_per_lead(5000, 250)
    assert_predicate Leadkpi.cost_per_lead(5000, 0), :nan?
    assert_predicate Leadkpi.cost_per_lead(5000, nil), :nan?
    refused(Leadkpi::UndefinedError, /new_leads = 0/) { Leadkpi.cost_per_lead(5000, 0, undefined: :raise) }
    refused(Leadkpi::BadDataError) { Leadkpi.cost_per_lead(5000, -1, undefined: :raise) }
    refused(Leadkpi::NotGivenError) { Leadkpi.cost_per_lead(5000, nil, undefined: :raise) }
    assert_raises(ArgumentError) { Leadkpi.cost_per_lead(5000, 250, undefined: :ignore) }
  end

  def test_an_estimate_says_how_sure_it_is_and_why_not
    cost = Leadkpi.evaluate("CPL", 5000, 250)
    assert_equal [20.0, 0.95, 250.0, :ok, [], ""], [cost.value, cost.level, cost.n, cost.status, cost.flags, cost.reason]
    assert_predicate cost, :ok?
    assert_equal cost, Leadkpi.evaluate(:cpl, new_leads: 250, campaign_spend: 5000)
    assert_equal cost, Leadkpi.evaluate(:cpl, 5000, new_leads: 250)
    narrower = Leadkpi.evaluate(:cpl, 5000, 250, level: 0.5)
    assert_equal [cost.low, narrower.low, 20, narrower.high, cost.high].sort,
                 [cost.low, narrower.low, 20, narrower.high, cost.high]
    none = Leadkpi.evaluate(:cpl, 5000, 0)
    assert_equal [:undefined, [:bound_only]], [none.status, none.flags]
    assert_includes none.reason, "new_leads"
    missing = Leadkpi.evaluate(:cpl, campaign_spend: 5000)
    assert_equal :not_given, missing.status
    assert_includes missing.reason, "new_leads"
  end

  def test_what_an_interval_of_money_needs_stands_beside_the_inputs
    revenue = Leadkpi.kpi(:average_deal_size).inputs.first
    assert_equal [:no_interval], Leadkpi.evaluate(:average_deal_size, 4000, 4).flags
    size = Leadkpi.evaluate(:average_deal_size, 4000, 4, n: 4, "#{revenue}.sum_of_squares": 4_500_000)
    assert_equal [true, 4.0], [size.low < 1000 && size.high > 1000, size.n]
    assert_equal size, Leadkpi.evaluate(:average_deal_size, 4000, 4, "n" => 4, "#{revenue}.sum_of_squares" => 4_500_000)
    assert_equal Leadkpi.evaluate(:cpl, 5000, 250), Leadkpi.evaluate(:cpl, 5000, 250, marketing_spend: 3)
    refused(ArgumentError, /nwe_leads is none of them/) { Leadkpi.evaluate(:cpl, 5000, nwe_leads: 250) }
  end

  def test_misuse_is_an_exception_not_an_estimate
    refused(Leadkpi::UnknownNameError, /cost_per_lead/) { Leadkpi.evaluate("cost_per_led", 1, 2) }
    refused(Leadkpi::AmbiguousNameError) { Leadkpi.evaluate("conversion rate", 1, 2) }
    refused(Leadkpi::BadArgumentError) { Leadkpi.evaluate(:cpl, 5000, 250, level: 1.5) }
    refused(ArgumentError, /new_leads is missing/) { Leadkpi.cost_per_lead(1) }
    refused(ArgumentError, /cost_per_lead\(campaign_spend, new_leads\)/) { Leadkpi.cost_per_lead(1, 2, 3) }
    refused(ArgumentError) { Leadkpi.evaluate(:cpl, 1, 2, 3) }
    refused(ArgumentError, /given twice/) { Leadkpi.evaluate(:cpl, 1, campaign_spend: 2) }
    refused(ArgumentError, /leads is none of them/) { Leadkpi.cost_per_lead(5000, leads: 250) }
    assert_raises(NoMethodError) { Leadkpi.cost_per_led }
  end

  def test_numbers_are_exact_or_refused_by_name
    assert_equal 5000.50 / 250, Leadkpi.cost_per_lead(BigDecimal("5000.50"), 250)
    assert_equal 20.5, Leadkpi.cost_per_lead(Rational(41, 2), 1)
    assert_equal 2.0**60, Leadkpi.cost_per_lead(2**60, 1)
    assert_equal "campaign_spend", refused(Leadkpi::OverflowError) { Leadkpi.cost_per_lead((2**53) + 1, 1) }.column
    [10**400, -(10**400), 2**1024].each { |value| refused(Leadkpi::OverflowError) { Leadkpi.cost_per_lead(value, 1) } }
    refused(Leadkpi::OverflowError, /an Integer of 16610 bits/) { Leadkpi.cost_per_lead(10**5000, 1) }
    ["5000", Object.new, true].each { |value| refused(Leadkpi::WrongTypeError) { Leadkpi.cost_per_lead(value, 1) } }
    [Float::INFINITY, Float::NAN, -1].each { |value| assert_predicate Leadkpi.cost_per_lead(value, 1), :nan? }
  end

  def test_arrays_give_the_bits_of_single_calls
    spend = [5000.0, 0.1, 7, nil, -1]
    leads = [250, 3, 0, 2, 1]
    singles = spend.zip(leads).map { |pair| Leadkpi.cost_per_lead(*pair) }
    assert_equal singles.pack("d*"), Leadkpi.cost_per_lead(spend, leads).pack("d*")
    assert_equal [2.0, 4.0], Leadkpi.cost_per_lead([10, 20], 5)
    assert_equal [], Leadkpi.cost_per_lead([], [])
    refused(Leadkpi::BadArgumentError, /expected 2 rows of new_leads, found 1/) { Leadkpi.cost_per_lead([1, 2], [1]) }
    assert_equal 5.0, Leadkpi.lead_response_time([5, 1.0, 9])
    refused(Leadkpi::WrongTypeError) { Leadkpi.lead_response_time(5) }
  end

  def test_the_catalogue_reads_like_methods
    entry = Leadkpi.kpi("cost per lead")
    assert_equal ["cost_per_lead", %i[campaign_spend new_leads]], [entry.id, entry.inputs]
    assert_includes entry.formula, "campaign_spend"
    assert_includes entry.aliases, "CPL"
    assert(Leadkpi.kpis(category: :cost).all? { |each| each.category == "cost" })
    assert_operator Leadkpi.kpis.size, :>, Leadkpi.kpis(category: "cost").size
    assert_equal entry, Marshal.load(Marshal.dump(entry))
    assert_equal entry.hash, Leadkpi.kpi(:cpl).hash
    assert_equal entry.formula, entry.to_h[:formula]
    assert_equal "#<Leadkpi::Kpi cost_per_lead: campaign_spend / new_leads>", entry.inspect
    assert_raises(NoMethodError) { entry.colour }
    assert_raises(NoMethodError) { Leadkpi.kpis(colour: "red") }
    assert_includes Leadkpi.measures[:id], "new_leads"
    assert_includes Leadkpi.categories[:id], "cost"
  end

  def test_every_kpi_is_a_method_that_says_what_it_is
    Leadkpi.kpis.each do |entry|
      assert_respond_to Leadkpi, entry.function
      assert_includes entry.to_s, entry.title
      assert_equal entry, Leadkpi.kpi(entry.name)
    end
  end

  def test_no_measure_is_called_like_an_option_and_no_kpi_hides_a_method
    measures = Leadkpi.measures[:id].map(&:to_sym)
    assert_empty measures & Leadkpi::Options.names("kpi_evaluate")
    refute_includes measures, :undefined
    own = Leadkpi.singleton_methods - Leadkpi.kpis.map { |each| each.function.to_sym }
    assert_operator own.size, :>, 15 # none of them was replaced by a KPI, or it would be missing here
    assert_empty %i[kpi kpis evaluate options schemas report measures categories sql_dialects plan_leads] - own
    assert_empty Leadkpi.kpis.map { |each| each.function.to_sym } & Module.instance_methods
  end

  def test_rows_are_compared_ranked_and_explained
    cpl = Leadkpi.kpi("cpl")
    rows = [{ campaign_spend: 5000, new_leads: 250 }, { campaign_spend: 4000, new_leads: 400 }]
    compared = cpl.compare(rows)
    assert_equal [[20.0, "base"], [10.0, "lower"]], compared.map { |row| row.values_at(:value, :verdict) }
    assert_equal [20.0, 10.0], cpl.evaluate_table(rows)[:value]
    columns = { campaign_spend: [5000, 4000], new_leads: [250, 400] }
    assert_equal compared, cpl.compare(columns, base: 0)
    assert_equal 2, cpl.rank(Leadkpi::Table.new(columns)).size
    [cpl.explain_tree(rows), cpl.explain_drivers(rows), cpl.explain_mix(*[columns.merge(segment: %w[a b])] * 2)].each do |table|
      assert_operator table.size, :>, 0
    end
    refused(Leadkpi::UnknownNameError, /base/) { cpl.compare(rows, bases: 1) }
    refused(ArgumentError, /expected 2 tables, found 1/) { cpl.explain_mix(rows) }
    refused(Leadkpi::WrongTypeError) { cpl.compare(nil) }
    refused(Leadkpi::WrongTypeError, /row 2/) { cpl.compare(rows + [{ campaign_spend: "x" }]) }
    assert_operator Leadkpi.scorecard({ kpi: ["cpl"], value: [20.0], target: [25.0] }).size, :>, 0
  end

  def test_the_catalogue_is_tables_too
    assert_equal Leadkpi.kpis.map(&:name), Leadkpi.catalogue[:name]
    assert_operator Leadkpi.inputs.size, :>, Leadkpi.kpis.size
    assert_operator Leadkpi.check_set({ kpi: %w[cpl cac] }).columns.size, :>, 0
    refused(ArgumentError, /no options/) { Leadkpi.catalogue(level: 1) }
    assert_equal [Leadkpi.kpi(:cpl)], Leadkpi.candidates("CPL")
    assert_operator Leadkpi.candidates("conversion rate").size, :>, 1
    assert_empty Leadkpi.candidates("nothing of the kind")
    Leadkpi.sql_dialects.each { |dialect| assert_match(/campaign_spend/, Leadkpi.kpi(:cpl).sql(dialect)) }
    assert_equal Encoding::UTF_8, Leadkpi.kpi(:cpl).sql.encoding
    refused(Leadkpi::UnknownNameError) { Leadkpi.kpi(:cpl).sql("cobol") }
  end

  # Wilson's interval and the quantile are those of scipy, as tests/stats has them.
  def test_numbers_in_are_numbers_out
    stats = Leadkpi::Stats
    assert_in_delta 1.959963984540054, stats.normal_quantile(0.975), 1e-15
    found = stats.wilson_interval(18, 120)
    assert_equal found, stats.wilson_interval(successes: 18, trials: 120, level: 0.95)
    assert_equal [0.097, 0.2247], found.values_at(:low, :high).map { |value| value.round(4) }
    assert_operator stats.wilson_interval(18, 120, 0.5)[:high], :<, found[:high]
    assert_equal [2.5, 7.0], [stats.quantile([4, 1, 3, 2], 0.5), stats.quantile([7], 0.1)]
    plan = Leadkpi.plan_leads(10, 0.1, 0.9)
    assert_equal 100.0, plan[:on_average]
    assert_operator plan[:at_probability], :>, 100
    assert_equal %i[projected needed_per_period probability], Leadkpi.plan_pace(100, 40, 0.5).keys
    [-> { stats.wilson_interval(18) }, -> { stats.wilson_interval(1, 2, 3, 4) }, -> { stats.wilson_interval(1, 2, trials: 2) },
     -> { Leadkpi.plan_leads(10, 0.1) }, -> { stats.t_cdf(1, degrees: 2) }].each { |use| refused(ArgumentError, /expected \w+\(/, &use) }
    refused(Leadkpi::WrongTypeError, /trials/) { stats.wilson_interval(1, "2") }
    refused(Leadkpi::Error) { stats.wilson_interval(-1, 2) }
    assert_operator stats.singleton_methods.size, :>, 35
  end

  def test_what_is_documented_of_the_analysis_is_there
    source = %w[kpi analysis stats].map { |name| File.read(File.join(__dir__, "../lib/leadkpi/#{name}.rb")) }.join
    named = source.scan(/@!method (self\.)?(\w+)/).map { |of, name| [of ? Leadkpi : Leadkpi.kpi("cpl"), name] }
    assert_operator named.size, :>=, 10
    named.each { |of, name| assert_respond_to of, name }
  end

  def test_an_error_survives_marshal
    error = assert_raises(Leadkpi::Error) { Leadkpi.kpi("cost_per_led") }
    again = Marshal.load(Marshal.dump(error))
    assert_equal [error.class, error.message, :unknown_name], [again.class, again.message, again.status]
  end
end
