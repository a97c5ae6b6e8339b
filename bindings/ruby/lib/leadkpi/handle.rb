# frozen_string_literal: true

require "monitor"
require_relative "options"
require_relative "input"

module Leadkpi
  # One object of the library; a class of it names its room. Its methods come from the calls
  # that the room has: one that gives a table is a report, one that takes rows adds them.
  #
  # Calls from several threads take turns; other threads of Ruby run while the library works.
  # Memory is given back by {#close}, by the end of the block of {open}, or with the object.
  class Owned
    class << self
      # @return [String] what the library calls the room, such as "funnel"
      attr_reader :room

      # As new, and closed at the end of the block, whose value it gives.
      # @yieldparam handle [Owned]
      def open(...)
        handle = new(...)
        return handle unless block_given?

        begin
          yield handle
        ensure
          handle.close
        end
      end

      # @api private
      def of(pointer)
        allocate.tap { |handle| handle.send(:own, pointer) }
      end

      private

      # Take the room of that name, and make a method of each of its calls that has the usual shape.
      def room_of(name)
        @room = name
        Library.declarations.each_value do |each|
          verb = each.name.delete_prefix("leadkpi_#{name}_")
          make_method(verb, each.parameters) unless verb == each.name || method_defined?(verb)
        end
      end

      def make_method(verb, parameters)
        case parameters
        when ["const leadkpi_#{room} *", "const leadkpi_options *", "leadkpi_table **", "leadkpi_error *"]
          define_method(verb) { |**options| table(verb, options) }
        when ["const leadkpi_#{room} *", "leadkpi_table **", "leadkpi_error *"]
          define_method(verb) { plain_table(verb) }
        when ["leadkpi_#{room} *", "const leadkpi_table *", "const char *", "size_t", "leadkpi_error *"]
          define_method(verb) do |data, batch: nil, columns: nil, **names|
            append(verb, data, batch, columns, names)
          end
        end
      end
    end

    # @param definition the options of the room: Leadkpi.options("funnel") for a {Funnel}
    def initialize(**definition)
      own(Options.made(self.class.room, definition) { |options| Library.make(function(:create), nil, options) })
    end

    # Give the memory back. Twice is fine; any other call after it raises WrongStateError.
    def close
      @monitor.synchronize do
        @pointer&.free
        @pointer = nil
      end
    end

    def closed?
      @pointer.nil?
    end

    # What Marshal asks for.
    # @raise [TypeError]
    def marshal_dump
      raise TypeError, "a #{self.class} has no state to save: make it again from its definition"
    end

    # @return [String] the definition as a sentence
    def describe
      read_bytes(:describe).chop.force_encoding(Encoding::UTF_8)
    end

    def inspect
      closed? ? "#<#{self.class}, closed>" : "#<#{self.class}: #{describe}>"
    end

    protected

    # The object of the library, for one thread at a time.
    def opened
      @monitor.synchronize do
        raise Library.failure(:wrong_state, "this #{self.class} is closed") unless @pointer

        yield @pointer
      end
    end

    private

    def own(pointer)
      @monitor = Monitor.new
      @pointer = FFI::AutoPointer.new(pointer, Library.method(function(:free)))
    end

    # Two objects over one of the library would give its memory back twice.
    def initialize_copy(_other)
      raise TypeError, "a #{self.class} has no state to copy: make it again from its definition"
    end

    def function(verb)
      :"leadkpi_#{self.class.room}_#{verb}"
    end

    def table(verb, options, *inputs)
      with_options(Options.schema_of(self.class.room, verb), options) do |definition|
        opened { |pointer| Table.from(function(verb), pointer, *inputs, definition) }
      end
    end

    # The options of a report, while the block runs.
    def with_options(schema, options, &block)
      Options.made(schema, options, &block)
    end

    def plain_table(verb, *arguments)
      opened { |pointer| Table.from(function(verb), pointer, *arguments) }
    end

    # What a call writes to the numbers behind what it takes, by the names that C has for them.
    def asked(verb, *given)
      declared = Library.declarations.fetch(function(verb).to_s)
      types = declared.parameters[(1 + given.size)...-1].map { |type| Library::NUMBERS.fetch(type.delete(" *")) }
      outs = types.map { |type| FFI::MemoryPointer.new(type) }
      opened { |pointer| Library.call(function(verb), pointer, *given, *outs) }
      declared.names[(1 + given.size)...-1].zip(outs.zip(types).map { |out, type| out.get(type, 0) }).to_h
    end

    def read_bytes(verb, *given)
      opened { |pointer| Library.written(function(verb), pointer, *given) }
    end
  end

  # One whose state can be saved, copied and sent elsewhere.
  class Stored < Owned
    # From {#dump}. Bytes from anywhere are safe: they are checked before they are used.
    # @param state [String]
    def self.load(state)
      allocate.tap { |handle| handle.send(:marshal_load, state) }
    end

    # The state: the same bytes for the same rows on every machine and in every language, read by
    # every later release.
    # @return [String] binary
    def dump
      read_bytes(:serialize)
    end

    def marshal_dump
      dump
    end

    def marshal_load(state)
      state = String(state).b
      own(Library.make(function(:deserialize), nil, state, state.bytesize))
    end

    private

    # dup and clone stand on their own.
    def initialize_copy(other)
      marshal_load(other.dump)
    end
  end

  # One that collects rows. Those that add take
  #
  #   add({id: [1, 2], time: [...]})                  a Hash of columns
  #   add([{id: 1, time: ...}, {id: 2, time: ...}])   rows that are Hashes, Structs, records
  #   add(leads.pluck(:id, :created_at), columns: %i[id time])
  #   add(another_table)                              a {Table}
  #   add(data, id: "Record ID", time: "Created")     only these columns, under the library's names
  #
  # all rows or none, and give the handle itself. Values go in exactly or are refused with row and
  # column: Integers of 64 bits, Floats, BigDecimals and Rationals, Strings and Symbols, true and
  # false, nil, Times in whole microseconds (TimeWithZone and DateTime too) and Dates (midnight
  # UTC). A +batch+ that was added before changes nothing, and warns.
  #
  # To work in parallel, give each thread an {#empty_twin} and add them up.
  #
  # Options that only its reports know, given when it is made, are the defaults of every report that takes
  # them: Cohorts.new(grain: :month).retention is Cohorts.new.retention(grain: :month). They are no part
  # of the state: {#dump} is without them, Marshal, dup and {#empty_twin} keep them.
  class Handle < Stored
    def initialize(**definition)
      defaults = report_options(definition.compact.transform_keys(&:to_sym))
      super(**definition.reject { |name, _| defaults.key?(name.to_sym) })
      @defaults = defaults.freeze
    end

    # @return [Handle] empty, of the same definition: for another thread or shard
    def empty_twin
      twin = opened { |pointer| self.class.of(Library.make(function(:create_like), pointer)) }
      twin.tap { twin.instance_variable_set(:@defaults, @defaults) }
    end

    def marshal_dump
      defaults.empty? ? dump : [dump, defaults]
    end

    def marshal_load(state)
      state, @defaults = state if state.is_a?(Array)
      super
    end

    # Add all that the other holds, which stays as it is.
    # @param other [Handle] of the same class and definition
    # @return [self]
    def merge!(other)
      with_other(:merge, other)
    end

    # @return [Handle] one that holds what both hold
    def +(other)
      dup.merge!(other)
    end

    private

    def defaults
      @defaults ||= {}.freeze
    end

    # Those that a report takes and the definition does not; what is wrong is refused here, not by the
    # first report.
    def report_options(given)
      given = given.except(*Options.names(self.class.room))
      return {} if given.empty?

      taken = Options.report_schemas(self.class.room).map do |schema|
        Options.taken(schema, given).tap { |values| Options.made(schema, values) { nil } }
      end
      taken = taken.reduce({}, :merge)
      unknown = given.keys.find { |name| !taken.key?(name) }
      raise Options.unknown(unknown, self.class.room) if unknown

      taken
    end

    def with_options(schema, options, &block)
      super(schema, Options.taken(schema, defaults).merge(options.transform_keys(&:to_sym)), &block)
    end

    def with_other(verb, other)
      raise TypeError, "expected a #{self.class}, found #{Values.shown(other)}" unless other.instance_of?(self.class)

      # One order, so that two threads cannot wait for each other.
      first, second = [self, other].sort_by(&:object_id)
      first.opened { second.opened { Library.call(function(verb), @pointer, other.instance_variable_get(:@pointer)) } }
      self
    end

    def append(verb, data, batch, columns, names)
      Input.made(data, columns, names) do |rows|
        raise Library.failure(:wrong_type, "data: expected rows, found nil") unless rows

        identity = batch.nil? ? [nil, 0] : Library.bytes(batch)
        said = opened { |pointer| Library.call(function(verb), pointer, rows, *identity, columns: rows.names) }
        warn(said, uplevel: 4) unless said.empty?
      end
      self
    end
  end
end
