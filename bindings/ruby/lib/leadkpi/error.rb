# frozen_string_literal: true

require_relative "library"

module Leadkpi
  # A call of the library failed, or a value could not be handed to it as it is.
  #
  # Every status of the library is a class of its own: UnknownNameError, BadDataError,
  # UndefinedError ...; {Leadkpi::STATUSES} has them all.
  class Error < StandardError
    # @return [Integer, nil] row of the input, from 0
    attr_reader :row
    # @return [String, Integer, nil] column of the input, by name where it has one
    attr_reader :column

    class << self
      # @return [Symbol] the stable name, such as :bad_data
      attr_accessor :status
      # @return [String] what the status means
      attr_accessor :meaning
    end
    self.status = :internal

    def initialize(message = nil, row: nil, column: nil)
      super(message)
      @row = row
      @column = column
    end

    # @return [Symbol] the stable name, such as :bad_data
    def status
      self.class.status
    end
  end

  # The name of each failure and its class.
  # @return [Hash{Symbol => Class}]
  STATUSES = Library.collect do |index|
    status = Library.leadkpi_status_at(index + 1) # 0 is success
    status.negative? ? nil : status
  end.to_h do |status|
    name = Library.text(Library.leadkpi_status_name(status))
    error = Class.new(Error)
    error.status = name.to_sym
    error.meaning = Library.text(Library.leadkpi_status_meaning(status)).freeze
    [name.to_sym, const_set("#{name.split("_").map(&:capitalize).join}Error", error)]
  end.freeze

  module Library
    class << self
      def status_name(status)
        text(leadkpi_status_name(status)).to_sym
      end

      def failure(status, message, row: nil, column: nil)
        STATUSES.fetch(status, Error).new(message, row: row, column: column)
      end

      # Call a function that ends in an error; raise when it fails. `columns`: names of the input's.
      # @return [String] what the library says although it did not fail
      def call(name, *arguments, columns: [])
        error = ErrorStruct.new
        status = public_send(name, *arguments, error)
        message = text(error[:message].to_s).scrub
        return message if status.zero?

        row = error[:row] unless error[:row].negative?
        column = columns[error[:column]] || error[:column] unless error[:column].negative?
        message = text(leadkpi_status_meaning(status)) if message.empty?
        raise failure(status_name(status), message, row: row, column: column)
      end

      # The object that a function makes through its last argument but the error.
      def make(name, *arguments, columns: [])
        out = FFI::MemoryPointer.new(:pointer)
        call(name, *arguments, out, columns: columns)
        out.read_pointer
      end

      # A text as the library takes it: bytes and their length.
      def bytes(value)
        data = Values.utf8(value, "text", nil)
        [data, data.bytesize]
      end

      # Numbers as memory that the library may read; held by what comes back.
      def memory(packed)
        FFI::MemoryPointer.new(:char, [packed.bytesize, 1].max, false).put_bytes(0, packed)
      end
    end

    # Flags of an estimate by their bit, types of columns by their number.
    FLAGS = collect { |index| leadkpi_kpi_flag_at(index).then { |flag| flag unless flag.zero? } }
            .to_h { |flag| [flag, text(leadkpi_kpi_flag_name(flag)).to_sym] }.freeze
    TYPES = collect { |index| leadkpi_type_name(index + 1).then { |name| name unless name == leadkpi_type_name(0) } }
            .each_with_index.to_h { |name, index| [index + 1, text(name).to_sym] }.freeze
  end
end
