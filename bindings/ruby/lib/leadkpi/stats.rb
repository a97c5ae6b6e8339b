# frozen_string_literal: true

require_relative "evaluation"
require_relative "options"

module Leadkpi
  # Calls that take numbers and give numbers: their names, and those of what they take and give, are C's.
  # @api private
  module Numbers
    class << self
      # A method of +target+ for each such call whose name begins so.
      def define_all(target, prefix, kept: "")
        Library.declarations.each_value do |each|
          verb = each.name.delete_prefix(prefix)
          next if verb == each.name || !numbers?(each)

          target.define_singleton_method(kept + verb) { |*values, **named| Numbers.run(each, values, named) }
        end
      end

      def run(declaration, values, named)
        inputs = declaration.names.first(declaration.parameters.count("double"))
        given = arranged(declaration.name, inputs, values, named)
        numbers = inputs.map { |name| Values.double(given[name], name) }
        return Library.public_send(declaration.name, *numbers) if declaration.result == "double"

        outs = declaration.names[inputs.size...-1].to_h { |name| [name, FFI::MemoryPointer.new(:double)] }
        Library.call(declaration.name, *numbers, *outs.values)
        outs.transform_values(&:read_double)
      end

      # What estimates have where nothing is said.
      def level
        @level ||= Float(Leadkpi.options("kpi_evaluate").find { |row| row[:name] == "level" }[:default])
      end

      private

      def numbers?(declaration)
        types = declaration.parameters.chunk_while { |a, b| a == b }.map(&:first)
        declaration.result == "double" ? types == ["double"] : types == ["double", "double *", "leadkpi_error *"]
      end

      def arranged(name, inputs, values, named)
        given = inputs.first(values.size).zip(values).to_h
        wanted = inputs.include?(:level) ? { level: level }.merge(given, named) : given.merge(named)
        return wanted if wanted.keys.sort == inputs.sort && values.size <= inputs.size && (given.keys & named.keys).empty?

        raise ArgumentError, "expected #{name.delete_prefix("leadkpi_")}(#{inputs.join(", ")}), found #{values.size} by " \
                             "position and #{named.empty? ? "none" : named.keys.join(", ")} by name"
      end
    end
  end

  # Intervals and distributions, as the library computes them; Leadkpi::Stats.singleton_methods lists them.
  #
  #   Leadkpi::Stats.normal_quantile(0.975)                          # => 1.9599...
  #   Leadkpi::Stats.wilson_interval(18, 120)                        # => {low: 0.0970..., high: 0.2246...}
  #   Leadkpi::Stats.wilson_interval(successes: 18, trials: 120, level: 0.9)
  module Stats
    Numbers.define_all(self, "leadkpi_stats_")

    # Of values in any order, as R's type 7; NaN of none.
    # @param values [Array<Numeric>]
    # @param probability [Numeric] 0 to 1
    # @return [Float]
    def self.quantile(values, probability)
      column = Kinds.doubles(values.to_ary, Evaluation::NAN, "values")
      out = FFI::MemoryPointer.new(:double)
      Library.call(:leadkpi_stats_quantile_select, Library.memory(column), column.bytesize / 8,
                   Values.double(probability, "probability"), out)
      out.read_double
    end
  end

  # How much it takes to reach a target, on average and with a probability.
  #
  # @!method self.plan_leads(target, rate, probability)
  #   @return [Hash{Symbol => Float}] on_average, at_probability
  # @!method self.plan_spend(target, cost_per_count, probability)
  #   @return [Hash{Symbol => Float}] on_average, at_probability
  # @!method self.plan_coverage(quota, average_deal, win_rate, probability)
  #   @return [Hash{Symbol => Float}] on_average, at_probability
  # @!method self.plan_pace(target, done, elapsed)
  #   @return [Hash{Symbol => Float}] projected, needed_per_period, probability
  Numbers.define_all(self, "leadkpi_kpi_plan_", kept: "plan_")
end
