# frozen_string_literal: true

require_relative "table"
require_relative "values"

module Leadkpi
  # Values whose type is said rather than seen.
  #
  #   Leadkpi::Column.new([1_700_000_000_000_000], :timestamp)  # microseconds since 1970
  #   Leadkpi::Column.new([150, 5], :decimal, 2)                # 1.50 and 0.05
  #
  # @!attribute type
  #   @return [Symbol] :int64, :double, :bool, :text, :timestamp or :decimal
  # @!attribute scale
  #   @return [Integer, nil] of a decimal column of Integers: a value is data[i] / 10**scale
  Column = Struct.new(:data, :type, :scale)

  # Columns from what people have: a Hash of columns, rows that are Hashes or Arrays, a {Table}.
  # @api private
  module Columns
    class << self
      # @param order [Array, nil] the names of the cells of rows that are Arrays
      # @param names [Hash] the library's name => the caller's; empty: all, as they are
      # @return [Hash{String => Array, Column}]
      def of(data, order, names)
        renamed(order ? of_arrays(data, order) : unordered(data), names)
      end

      # The columns that are asked for, under the names that the library knows; no names: all as they are.
      def renamed(columns, names)
        return columns if names.empty?

        names.to_h do |name, source|
          values = columns.fetch(source.to_s) do
            raise Library.failure(:unknown_name, %(column "#{source}" (for #{name}): there is none; there are ) +
                                                 columns.keys.join(", "), column: source.to_s)
          end
          [name.to_s, values]
        end
      end

      private

      def unordered(data)
        return by_text(data) if data.is_a?(Hash)
        return by_text(data.to_h) if data.is_a?(Table)

        rows = rows_of(data)
        unless rows.none?(Array)
          raise Library.failure(:bad_argument, "columns: expected the names of the cells, in their order, for rows " \
                                               "that are Arrays; found none")
        end
        of_hashes(rows.map.with_index { |row, index| hash_of(row, index) })
      end

      def rows_of(data)
        return data.to_a if data.respond_to?(:each)

        raise Library.failure(:wrong_type, "data: expected a Hash of columns, rows, or a Leadkpi::Table, " \
                                           "found #{Values.shown(data)}")
      end

      def hash_of(row, index)
        hash = if row.respond_to?(:attributes) then row.attributes # a record of ActiveRecord
               elsif !row.nil? && row.respond_to?(:to_h) then row.to_h
               end
        hash || raise(Library.failure(:wrong_type, "row #{index}: expected a Hash or what has to_h, found " \
                                                   "#{Values.shown(row)}", row: index))
      end

      # A column is there once, whether a Symbol or a String names it.
      def by_text(columns)
        check_once(columns.keys)
        columns.transform_keys(&:to_s)
      end

      def check_once(names)
        return if names.map(&:to_s).uniq.size == names.size

        raise Library.failure(:bad_argument, "columns: expected each name once, found #{names.join(", ")}")
      end

      # What a row does not have is nil.
      def of_hashes(rows)
        keys = rows.flat_map(&:keys).uniq
        return of_hashes(rows.map { |row| by_text(row) }) if keys.map(&:to_s).uniq.size < keys.size

        keys.to_h { |key| [key.to_s, rows.map { |row| row[key] }] }
      end

      def of_arrays(data, order)
        unless order.is_a?(Array)
          raise Library.failure(:bad_argument, "columns: expected the names of the cells in an Array, found " \
                                               "#{Values.shown(order)}; a column of another name is told as id: \"Name\"")
        end
        check_once(order)
        rows = rows_of(data)
        rows.each_with_index do |row, index|
          next if row.is_a?(Array) && row.length == order.length

          raise Library.failure(:wrong_type, "row #{index}: expected an Array of #{order.length} (#{order.join(", ")}), " \
                                             "found #{Values.shown(row)}", row: index)
        end
        order.map(&:to_s).zip(rows.empty? ? order.map { [] } : rows.transpose).to_h
      end
    end
  end
end
