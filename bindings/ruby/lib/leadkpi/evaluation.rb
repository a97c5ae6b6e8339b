# frozen_string_literal: true

require_relative "error"
require_relative "kinds"
require_relative "values"

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

      # Inputs by position and by name, by their names.
      def arranged(entry, values, named)
        raise ArgumentError, "#{wanted(entry)}, found #{values.size} by position" if values.size > entry.inputs.size

        given = entry.inputs.first(values.size).zip(values).to_h
        named.each_key do |name|
          raise ArgumentError, "#{wanted(entry)}, #{name} is given twice" if given.key?(name)
          raise ArgumentError, "#{wanted(entry)}, #{name} is none of them" unless entry.inputs.include?(name)
        end
        given.merge(named)
      end

      # A name that may stand beside the inputs: of a dispersion, or another measure. A misspelt one is neither.
      def beside?(entry, name)
        return false if entry.inputs.include?(name)

        name == :n || name.to_s.include?(".") ||
          !Library.leadkpi_kpi_measure_property(*Library.bytes(name), *Library.bytes("type")).nil?
      end

      # All inputs, in the order of the KPI.
      def in_order(entry, values, named)
        given = arranged(entry, values, named)
        entry.inputs.map { |name| given.fetch(name) { raise ArgumentError, "#{wanted(entry)}, #{name} is missing" } }
      end

      # The KPI's own function over single numbers, Arrays of them, or samples.
      def compute(entry, function, values)
        return over_samples(entry, function, values) if entry.arrays?
        return function.call(*values) if values.all?(Float)
        return over_columns(entry, values) if values.any?(Array)
        return NAN if values.any?(nil)

        inputs = entry.inputs
        function.call(*values.each_with_index.map { |value, place| Values.double(value, inputs[place]) })
      end

      # A double an input; an address and a count an Array.
      def parameters(entry)
        entry.inputs.flat_map do |name|
          measure(name, "type").end_with?("[]") ? %i[pointer size_t] : [:double]
        end
      end

      # What the catalogue says of a measure.
      def measure(name, property)
        Library.text(Library.leadkpi_kpi_measure_property(*Library.bytes(name), *Library.bytes(property)))
      end

      private

      def wanted(entry)
        "expected #{entry.function}(#{entry.inputs.join(", ")})"
      end

      def scalars(entry, given, options, out)
        given = given.compact
        names = given.keys.map { |name| FFI::MemoryPointer.from_string(name.to_s) }
        values = given.map { |name, value| Values.double(value, name) }
        Library.call(:leadkpi_kpi_evaluate_named, entry.number, pointers(names), Library.memory(values.pack("d*")),
                     values.size, options, out)
      end

      def samples(entry, given, options, out)
        missing = entry.inputs.find { |name| given[name].nil? }
        raise Library.failure(:not_given, "#{entry.name}: #{missing} is not given", column: missing.to_s) if missing

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
        Values.refuse(:wrong_type, name, nil, "an Array of numbers", values) unless values.respond_to?(:to_ary)
        Kinds.doubles(values.to_ary, NAN, name)
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
end
