# frozen_string_literal: true

require_relative "options"
require_relative "input"

module Leadkpi
  # A number and how sure it is.
  #
  # @!attribute [r] value
  #   @return [Float] NaN where undefined
  # @!attribute [r] low
  #   @return [Float] of the interval; NaN where there is none
  # @!attribute [r] high
  #   @return [Float]
  # @!attribute [r] level
  #   @return [Float] of the interval
  # @!attribute [r] n
  #   @return [Float] the count that it rests on
  # @!attribute [r] status
  #   @return [Symbol] :ok, :undefined, :bad_data ...
  # @!attribute [r] flags
  #   @return [Array<Symbol>] what to know beside it
  # @!attribute [r] reason
  #   @return [String] why there is no value, or no interval
  Estimate = Struct.new(:value, :low, :high, :level, :n, :status, :flags, :reason) do
    # @return [Boolean] whether there is a value
    def ok?
      status == :ok
    end
  end

  # A KPI or variant. Every property of the catalogue is a method: formula, unit, notes ...
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
      shape == "sample"
    end

    # @return [Hash{Symbol => Object}] all properties
    def to_h
      PROPERTIES.to_h { |name| [name, public_send(name)] }
    end

    # What it is, in a few lines: formula, inputs with their units, when it is undefined.
    def to_s
      lines = ["#{title} = #{formula}"]
      inputs.each do |name|
        says = %w[description unit].map { |what| Library.leadkpi_kpi_measure_property(*Library.bytes(name), *Library.bytes(what)) }
        lines << "  #{name}: #{says.map { |text| Library.text(text) }.join("; ")}"
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

  # From numbers of Ruby to a KPI of the library and back.
  # @api private
  module Evaluation
    NAN = Float::NAN

    class << self
      def estimate(entry, given, options)
        out = Library::EstimateStruct.new
        begin
          entry.arrays? ? samples(entry, given, options, out) : scalars(entry, given, options, out)
        rescue Error => e
          raise if out[:kpi] != entry.number # misuse: the estimate says nothing

          reason = e.message
        end
        result(out, reason || Library.text(Library.leadkpi_kpi_estimate_reason(out)))
      end

      # Inputs by position and by name, in the order of the KPI; those that are not given are nil.
      def arranged(entry, values, named)
        wanted = "#{entry.function}(#{entry.inputs.join(", ")})"
        raise ArgumentError, "expected #{wanted}, found #{values.size} by position" if values.size > entry.inputs.size

        given = entry.inputs.first(values.size).zip(values).to_h
        odd = named.keys.find { |name| !entry.inputs.include?(name) || given.key?(name) }
        raise ArgumentError, "expected #{wanted}, #{odd} is #{given.key?(odd) ? "given twice" : "none of them"}" if odd

        given.merge(named)
      end

      # The KPI's own function over single numbers, Arrays of them, or samples.
      def compute(entry, function, given)
        values = entry.inputs.map { |name| given[name] }
        return over_samples(entry, function, values) if entry.arrays?
        return over_columns(entry, values) if values.any?(Array)
        return NAN if values.include?(nil)

        function.call(*values.zip(entry.inputs).map { |value, name| Values.double(value, name.to_s) })
      end

      # A double an input; an address and a count an Array.
      def parameters(entry)
        entry.inputs.flat_map do |name|
          type = Library.leadkpi_kpi_measure_property(*Library.bytes(name), *Library.bytes("type"))
          type.end_with?("[]") ? %i[pointer size_t] : [:double]
        end
      end

      private

      def scalars(entry, given, options, out)
        given = given.compact
        names = given.keys.map { |name| FFI::MemoryPointer.from_string(name.to_s) }
        values = given.map { |name, value| Values.double(value, name.to_s) }
        Library.call(:leadkpi_kpi_evaluate_named, entry.number, pointers(names), Library.memory(values.pack("d*")),
                     values.size, options, out)
      end

      def samples(entry, given, options, out)
        missing = entry.inputs.find { |name| given[name].nil? }
        if missing
          raise Library.failure(:not_given, "#{entry.name}: #{missing} is not given", column: missing.to_s)
        end

        columns = entry.inputs.map { |name| doubles(given[name], name) }
        Library.call(:leadkpi_kpi_evaluate_samples, entry.number, pointers(columns.map { |each| Library.memory(each) }),
                     Library.memory(columns.map { |each| each.bytesize / 8 }.pack("J*")), columns.size, options, out)
      end

      def over_samples(entry, function, values)
        columns = values.zip(entry.inputs).map { |value, name| doubles(value, name) }
        function.call(*columns.flat_map { |packed| [Library.memory(packed), packed.bytesize / 8] })
      end

      def over_columns(entry, values)
        rows = values.find { |value| value.is_a?(Array) }.length
        columns = values.zip(entry.inputs).map { |value, name| spread(entry, value, name, rows) }
        strides = Library.memory([8].pack("j") * columns.size)
        out = FFI::MemoryPointer.new(:double, [rows, 1].max)
        Library.call(:leadkpi_kpi_evaluate_columns, entry.number, pointers(columns), columns.size, strides, rows, out, nil)
        out.read_array_of_double(rows)
      end

      def spread(entry, value, name, rows)
        value = [value] * rows unless value.is_a?(Array)
        return Library.memory(doubles(value, name)) if value.length == rows

        raise Library.failure(:bad_argument, "#{entry.name}: expected #{rows} rows of #{name}, found #{value.length}",
                              column: name.to_s)
      end

      # nil is NaN.
      def doubles(values, name)
        unless values.respond_to?(:to_a) && !values.nil?
          Values.refuse(:wrong_type, name.to_s, nil, "an Array of numbers", values)
        end
        values.to_a.each_with_index.map { |value, row| value.nil? ? NAN : Values.double(value, name.to_s, row) }.pack("d*")
      end

      # The addresses of several, which are kept as long as they are.
      def pointers(memories)
        FFI::MemoryPointer.new(:pointer, [memories.size, 1].max).tap do |all|
          all.write_array_of_pointer(memories)
          all.instance_variable_set(:@kept, memories)
        end
      end

      def result(out, reason)
        flags = Library::FLAGS.select { |flag, _| out[:flags].anybits?(flag) }.values
        Estimate.new(out[:value], out[:low], out[:high], out[:level], out[:n], Library.status_name(out[:status]),
                     flags.freeze, reason.freeze).freeze
      end
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

    # What KPIs are computed from: id, type, unit, range, meaning.
    # @return [Table]
    def measures
      Table.from(:leadkpi_kpi_measures, nil)
    end

    # @return [Table]
    def categories
      Table.from(:leadkpi_kpi_categories, nil)
    end

    # A KPI with its interval, from inputs by position or by measure; nil is an input that is not given.
    #
    #   Leadkpi.evaluate("cpl", 5000, 250)
    #   Leadkpi.evaluate(:cpl, campaign_spend: 5000, new_leads: 250, level: 0.9)
    #
    # @param name [String, Symbol, Kpi]
    # @param named the inputs, and the options of Leadkpi.options("kpi_evaluate")
    # @return [Estimate]
    def evaluate(name, *inputs, **named)
      entry = kpi(name)
      told, named = named.partition { |key, _| Options.names("kpi_evaluate").include?(key) }.map(&:to_h)
      given = Evaluation.arranged(entry, inputs, named)
      Options.made("kpi_evaluate", told) { |options| Evaluation.estimate(entry, given, options) }
    end

    private

    # Leadkpi.cost_per_lead and the others: one for each function of the catalogue.
    def define_kpi(entry)
      function = nil
      define_singleton_method(entry.function) do |*values, undefined: :nan, **named|
        function ||= Library.attach_kpi(entry.function, Evaluation.parameters(entry))
        given = Evaluation.arranged(entry, values, named)
        missing = entry.inputs.find { |input| !given.key?(input) }
        raise ArgumentError, "#{entry.function}: #{missing} is missing" if missing
        raise ArgumentError, "undefined: expected :nan or :raise, found #{undefined.inspect}" unless
          %i[nan raise].include?(undefined)

        result = Evaluation.compute(entry, function, given)
        raise_undefined(entry, given) if undefined == :raise && result.is_a?(Float) && result.nan?
        result
      end
    end

    def raise_undefined(entry, given)
      found = evaluate(entry, **given)
      raise Library.failure(found.status, found.reason)
    end
  end

  kpis.each { |entry| define_kpi(entry) }
end
