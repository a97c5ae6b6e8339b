# frozen_string_literal: true

require_relative "columns"
require_relative "kinds"

module Leadkpi
  # A table of the library over columns that go in. Holds on to whatever was lent.
  # @api private
  class Input
    attr_reader :pointer, :names

    # The table while the block runs; nil stays nil.
    def self.made(data, order = nil, names = {})
      return yield(nil) if data.nil?

      input = new
      data.is_a?(Table) && data.pointer ? input.share(data, names) : input.fill(Columns.of(data, order, names))
      yield input
    ensure
      input&.free
    end

    def initialize
      @names = []
      @kept = []
      @pointer = Library.make(:leadkpi_table_create, nil)
    end

    # @param columns [Hash{String => Array, Column}]
    def fill(columns)
      columns.each { |name, values| add(name, values) }
    end

    # The columns of a table of the library, which are not copied.
    def share(table, names)
      places = table.columns.each_with_index.to_h { |name, place| [name.to_s, place] }
      Columns.renamed(places, names).each do |name, place|
        @names << name
        Library.call(:leadkpi_table_share_column, @pointer, *Library.bytes(name), table.pointer, place, columns: @names)
      end
    end

    def free
      Library.leadkpi_table_free(@pointer)
      @pointer = nil
      @kept.clear
    end

    def to_ptr
      @pointer
    end

    private

    def add(name, values)
      @names << name
      told = scale = nil
      values, told, scale = check_told(name, values).to_a if values.is_a?(Column)
      unless values.respond_to?(:each) && !values.is_a?(Hash)
        raise Library.failure(:wrong_type, %(column "#{name}": expected an Array of values, found ) +
                                           Values.shown(values), column: name)
      end
      values = values.to_a
      kind = told || Kinds.seen(name, values)
      kind ? convert(name, values, kind, scale) : nulls(name, values.length)
    end

    # Without a value there is no type to see; the library takes it for any.
    def nulls(name, rows)
      Library.call(:leadkpi_table_add_nulls, @pointer, *Library.bytes(name), rows, columns: @names)
    end

    def check_told(name, column)
      types = Library::TYPES.values - [:other]
      return column if types.include?(column.type)

      raise Library.failure(:wrong_type, %(column "#{name}": expected a type of #{types.join(", ")}; found ) +
                                         column.type.inspect, column: name)
    end

    def convert(name, values, kind, scale)
      validity = lend(Kinds.validity(values)) if values.any?(nil)
      case kind
      when :text then text(name, values, validity)
      when :decimal then decimal(name, values, scale, validity)
      else borrow(name, kind, packed(name, values, kind), [], values.length, validity)
      end
    end

    def packed(name, values, kind)
      case kind
      when :int64 then Kinds.int64s(name, values)
      when :double then Kinds.doubles(values, 0.0, name)
      when :bool then each_value(values, 0) { |value, row| Kinds.truth(value, name, row) }.pack("C*")
      else Kinds.instants(name, values)
      end
    end

    def each_value(values, of_nil)
      values.each_with_index.map { |value, row| value.nil? ? of_nil : yield(value, row) }
    end

    def decimal(name, values, scale, validity)
      if scale && values.all? { |value| value.nil? || value.is_a?(Integer) }
        unscaled = Kinds.int64s(name, values)
      else
        unscaled, scale = Kinds.decimals(name, values, scale)
      end
      borrow(name, :decimal, unscaled, [scale], values.length, validity)
    end

    def text(name, values, validity)
      parts, joined = Kinds.texts(name, values)
      place = 0
      offsets = parts.map { |part| place += part.bytesize }.unshift(0)
      Library.call(:leadkpi_table_borrow_text, @pointer, *Library.bytes(name), lend(offsets.pack("q*")), lend(joined),
                   values.length, validity, columns: @names)
    end

    def borrow(name, kind, packed, scale, rows, validity)
      Library.call(:"leadkpi_table_borrow_#{kind}", @pointer, *Library.bytes(name), lend(packed), *scale, rows, 0,
                   validity, columns: @names)
    end

    def lend(packed)
      @kept << Library.memory(packed)
      @kept.last
    end
  end
end
