# frozen_string_literal: true

require_relative "evaluation"
require_relative "options"

module Leadkpi
  # A KPI or variant. Every property of the catalogue is a method: formula, unit, notes ...
  #
  # Several values are compared, ranked and explained. Rows have a column a measure, and go in as a Hash
  # of columns, rows that are Hashes or Structs, or a {Table}; the options are those of
  # Leadkpi.options("kpi_compare") and so on.
  #
  #   Leadkpi.kpi("cpl").compare([{ campaign_spend: 5000, new_leads: 250 }, { campaign_spend: 4000, new_leads: 260 }])
  #
  # @!method compare(rows, **options)
  #   Every row against one of them: difference, ratio, p, and a verdict.
  #   @return [Table]
  # @!method rank(rows, **options)
  #   From best to worst, without rewarding small numbers.
  #   @return [Table]
  # @!method evaluate_table(rows, **options)
  #   An estimate a row.
  #   @return [Table]
  # @!method explain_mix(before, after, **options)
  #   A change split by segment: what was mix, and what was rate.
  #   @return [Table]
  # @!method explain_drivers(rows, **options)
  #   A change split by factor; two rows, before and after.
  #   @return [Table]
  # @!method explain_tree(rows, **options)
  #   A change split along identities; two rows, before and after.
  #   @return [Table]
  # @!method baseline(rows, **options)
  #   A period against the ones before it.
  #   @return [Table]
  # @!method season(rows, **options)
  #   How seasons differ.
  #   @return [Table]
  class Kpi
    # @api private
    attr_reader :number

    PROPERTIES = Library.collect { |index| Library.leadkpi_kpi_property_at(index)&.to_sym }.freeze
    private_constant :PROPERTIES

    # @api private
    def initialize(number)
      @number = number
    end

    (PROPERTIES - %i[inputs aliases]).each { |name| define_method(name) { property(name) } }

    # @return [Array<Symbol>] the measures that it takes, in order
    def inputs
      @inputs ||= Library.collect { |index| Library.leadkpi_kpi_input(@number, index)&.to_sym }.freeze
    end

    # @return [Array<String>] other names of it
    def aliases
      property(:aliases).split("; ")
    end

    # @return [Boolean] whether its inputs are Arrays
    def arrays?
      @shape ||= shape
      @shape == "sample"
    end

    # @return [Hash{Symbol => Object}] all properties
    def to_h
      PROPERTIES.to_h { |name| [name, public_send(name)] }
    end

    # Its definition as SQL; {Leadkpi.sql_dialects} has the dialects.
    # @return [String]
    def sql(dialect = Leadkpi.sql_dialects.first)
      Library.written(:leadkpi_kpi_sql, number, *Library.bytes(dialect)).chop.force_encoding(Encoding::UTF_8)
    end

    # What it is, in a few lines: formula, inputs with their units, when it is undefined.
    def to_s
      lines = ["#{title} = #{formula}"]
      inputs.each do |name|
        lines << "  #{name}: #{Evaluation.measure(name, "description")}; #{Evaluation.measure(name, "unit")}"
      end
      lines << "Gives #{unit}#{"; NaN where undefined (#{undefined_when})" unless undefined_when.empty?}."
      lines << notes unless notes.empty?
      lines.join("\n")
    end

    def ==(other)
      other.is_a?(Kpi) && number == other.number
    end
    alias eql? ==

    def hash
      number.hash
    end

    def inspect
      "#<Leadkpi::Kpi #{name}: #{formula}>"
    end

    def marshal_dump
      name
    end

    def marshal_load(name)
      @number = Leadkpi.kpi(name).number
    end

    private

    def property(name)
      Library.text(Library.leadkpi_kpi_property(@number, *Library.bytes(name)))
    end
  end

  class << self
    # The KPI of a name: an id, "id:variant" or an alias such as "CPL".
    # @param name [String, Symbol, Kpi]
    # @return [Kpi]
    # @raise [UnknownNameError] with the nearest name
    # @raise [AmbiguousNameError] with what it may mean
    def kpi(name)
      return name if name.is_a?(Kpi)

      found = FFI::MemoryPointer.new(:int32)
      Library.call(:leadkpi_kpi_find, *Library.bytes(name), found)
      Kpi.new(found.read_int32)
    end

    # All KPIs and variants, or those whose properties are as given: kpis(category: "cost").
    # @return [Array<Kpi>]
    def kpis(**properties)
      found = Library.collect do |index|
        number = Library.leadkpi_kpi_at(index)
        number.negative? ? nil : Kpi.new(number)
      end
      found.select { |entry| properties.all? { |name, value| entry.public_send(name) == value.to_s } }
    end

    # All that a name may mean: one KPI for a good name, several for an ambiguous one, none for an unknown one.
    # @return [Array<Kpi>]
    def candidates(name)
      found = Library.collect do |index|
        number = Library.leadkpi_kpi_candidate(*Library.bytes(name), index)
        number.negative? ? nil : Kpi.new(number)
      end
      found.freeze
    end

    # @return [Array<String>] the dialects of {Kpi#sql}
    def sql_dialects
      Library.collect { |index| Library.text(Library.leadkpi_kpi_sql_dialect_at(index)) }
    end

    # A KPI with its interval, from inputs by position or by measure; nil is an input that is not given.
    #
    #   Leadkpi.evaluate("cpl", 5000, 250)
    #   Leadkpi.evaluate(:cpl, campaign_spend: 5000, new_leads: 250, level: 0.9)
    #   Leadkpi.evaluate(:average_deal_size, 4000, 4, n: 4, "new_customer_revenue.sum_of_squares": 4_500_000)
    #
    # What an interval of money needs stands beside the inputs (`interval_needs` of the {Kpi} says what):
    # n, input.sum_of_squares and so on. Other measures are not looked at, so that one Hash does for many.
    #
    # @param name [String, Symbol, Kpi]
    # @param named the inputs, and the options of Leadkpi.options("kpi_evaluate")
    # @return [Estimate]
    def evaluate(name, *inputs, **named)
      entry = kpi(name)
      named = named.transform_keys(&:to_sym)
      told, named = named.partition { |key, _| Options.names("kpi_evaluate").include?(key) }.map(&:to_h)
      beside, named = named.partition { |key, _| Evaluation.beside?(entry, key) }.map(&:to_h)
      given = Evaluation.arranged(entry, inputs, named).merge(beside)
      return Evaluation.estimate(entry, given, nil) if told.empty?

      Options.made("kpi_evaluate", told) { |options| Evaluation.estimate(entry, given, options) }
    end

    private

    # Leadkpi.cost_per_lead and the others: one for each function of the catalogue.
    def define_kpi(entry)
      function = nil
      define_singleton_method(entry.function) do |*values, undefined: :nan, **named|
        function ||= Library.attach_kpi(entry.function, Evaluation.parameters(entry))
        values = Evaluation.in_order(entry, values, named) unless named.empty? && values.size == entry.inputs.size
        result = Evaluation.compute(entry, function, values)
        next result if undefined == :nan
        raise ArgumentError, "undefined: expected :nan or :raise, found #{undefined.inspect}" unless undefined == :raise

        raise_undefined(entry, values) if result.is_a?(Float) && result.nan?
        result
      end
    end

    def raise_undefined(entry, values)
      found = evaluate(entry, *values)
      raise Library.failure(found.status, found.reason)
    end
  end

  kpis.each { |entry| define_kpi(entry) }
end
