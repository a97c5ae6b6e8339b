# frozen_string_literal: true

require_relative "input"
require_relative "kpi"

module Leadkpi
  # A method for each call of the catalogue that gives a table: those about one KPI are methods of it, the others
  # of Leadkpi.
  # @api private
  module Analysis
    # What a call takes between host and table: a KPI or none, so many tables, options or none.
    Shape = Struct.new(:verb, :function, :of_kpi, :tables, :options)

    class << self
      def define_all
        Library.declarations.each_value.filter_map { |each| shape(each) }.each do |found|
          if found.of_kpi
            Kpi.define_method(found.verb) { |*tables, **options| Analysis.run(found, tables, options, number) }
          else
            Leadkpi.define_singleton_method(found.verb) { |*tables, **options| Analysis.run(found, tables, options) }
          end
        end
      end

      def run(shape, tables, options, *kpi)
        unless tables.size == shape.tables
          raise ArgumentError, "#{shape.verb}: expected #{shape.tables} tables, found #{tables.size}"
        end
        raise ArgumentError, "#{shape.verb}: expected no options" unless shape.options || options.empty?

        with_inputs(tables) do |inputs|
          names = inputs.first&.names || []
          next Table.from(shape.function, nil, *kpi, *inputs, columns: names) unless shape.options

          Options.made(Options.schema_of("kpi", shape.verb), options) do |definition|
            Table.from(shape.function, nil, *kpi, *inputs, definition, columns: names)
          end
        end
      end

      private

      def shape(declaration)
        verb = declaration.name[/\Aleadkpi_kpi_(\w+)/, 1]
        host, *between, out, _error = declaration.parameters
        return unless verb && host == "const leadkpi_host *" && out == "leadkpi_table **"

        count = between.count("const leadkpi_table *")
        Shape.new(verb, declaration.name, between.first == "int32_t", count, between.last == "const leadkpi_options *")
      end

      def with_inputs(tables, made = [], &block)
        return yield(made) if tables.empty?
        raise Library.failure(:wrong_type, "data: expected rows, found nil") if tables.first.nil?

        Input.made(tables.first) { |input| with_inputs(tables.drop(1), [*made, input], &block) }
      end
    end

    define_all
  end

  # @!method self.catalogue
  #   Every KPI and variant with all that is known of it.
  #   @return [Table]
  # @!method self.categories
  #   @return [Table]
  # @!method self.inputs
  #   Which KPI takes which measures.
  #   @return [Table]
  # @!method self.measures
  #   What KPIs are computed from: id, type, unit, range, meaning.
  #   @return [Table]
  # @!method self.check_set(kpis)
  #   What a set of KPIs leaves out, or says twice.
  #   @return [Table]
  # @!method self.scorecard(goals, **options)
  #   Where goals stand; Leadkpi.options("kpi_scorecard").
  #   @return [Table]
  # @!method self.benchmark(values, benchmarks, **options)
  #   How values stand to benchmarks of the same definition; Leadkpi.options("kpi_benchmark").
  #   @return [Table]
end
