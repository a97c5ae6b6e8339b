# frozen_string_literal: true

require_relative "input"
require_relative "kpi"

module Leadkpi
  # A method for each call of the catalogue that takes tables and options and gives a table: those about one KPI
  # are methods of it, the others ({Leadkpi.scorecard}, {Leadkpi.benchmark}) of Leadkpi.
  # @api private
  module Analysis
    class << self
      def define_all
        Library.declarations.each_value do |each|
          verb = each.name[/\Aleadkpi_kpi_(\w+)/, 1]
          host, *inputs, options, out, _error = each.parameters
          next unless verb && host == "const leadkpi_host *" && options == "const leadkpi_options *" &&
                      out == "leadkpi_table **"

          define(verb, each.name, inputs)
        end
      end

      def run(function, verb, wanted, tables, options, *kpi)
        unless tables.size == wanted
          raise ArgumentError, "#{verb}: expected #{wanted} table#{"s" if wanted > 1}, found #{tables.size}"
        end

        with_inputs(tables) do |inputs|
          Options.made(Options.schema_of("kpi", verb), options) do |definition|
            Table.from(function, nil, *kpi, *inputs, definition, columns: inputs.first.names)
          end
        end
      end

      private

      def define(verb, function, inputs)
        wanted = inputs.count("const leadkpi_table *")
        if inputs.first == "int32_t"
          Kpi.define_method(verb) { |*tables, **options| Analysis.run(function, verb, wanted, tables, options, number) }
        else
          Leadkpi.define_singleton_method(verb) do |*tables, **options|
            Analysis.run(function, verb, wanted, tables, options)
          end
        end
      end

      def with_inputs(tables, made = [], &block)
        return yield(made) if tables.empty?
        raise Library.failure(:wrong_type, "data: expected rows, found nil") if tables.first.nil?

        Input.made(tables.first) { |input| with_inputs(tables.drop(1), [*made, input], &block) }
      end
    end

    define_all
  end

  # @!method self.scorecard(goals, **options)
  #   Where goals stand; Leadkpi.options("kpi_scorecard").
  #   @return [Table]
  # @!method self.benchmark(values, benchmarks, **options)
  #   How values stand to benchmarks of the same definition; Leadkpi.options("kpi_benchmark").
  #   @return [Table]
end
