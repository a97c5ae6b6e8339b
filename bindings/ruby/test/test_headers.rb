# frozen_string_literal: true

require_relative "helper"
require "open3"
require "rbconfig"

# The calls and structs of declarations.txt are what the headers say.
class TestHeaders < Minitest::Test
  include Helper

  INCLUDE = File.join(Helper::SOURCE, "include", "leadkpi")

  def header(name)
    File.read(File.join(INCLUDE, name), encoding: "UTF-8").gsub(%r{/\*.*?\*/}m, " ")
  end

  def squeezed(text)
    text.gsub(/\s+/, " ").gsub("( ", "(").strip
  end

  def declared
    Dir.children(INCLUDE).sort.flat_map do |name|
      header(name).scan(/^LEADKPI_API\s+([^;]*?;)/m).map { |(text)| squeezed(text) }
    end
  end

  def test_every_declaration_is_one_of_the_headers
    functions, structs = Leadkpi::Library::DECLARED.partition { |line| line.include?("(") }
    assert_operator functions.size, :>, 250
    assert_empty functions - declared
    assert_equal %w[leadkpi_error leadkpi_estimate], structs.map { |line| line[/struct (\w+)/, 1] }
    all = %w[error.h kpi.h].map { |name| squeezed(header(name)) }.join
    structs.each { |line| assert_includes all, line.delete_suffix(";") }
  end

  def test_every_function_is_attached
    Leadkpi::Library.declarations.each_key { |name| assert_respond_to Leadkpi::Library, name }
  end

  def test_types_are_those_of_c
    of = ->(name) { Leadkpi::Library.declarations.fetch(name) }
    assert_equal ["leadkpi_table *", "const char *", "size_t", "const leadkpi_table *", "int32_t", "leadkpi_error *"],
                 of["leadkpi_table_share_column"].parameters
    assert_equal [[], "const char *"], [of["leadkpi_version"].parameters, of["leadkpi_version"].result]
    assert_equal %i[string pointer], [true, false].map { |result| Leadkpi::Library.type_of("const char *", is_result: result) }
    assert_equal [true, false], [of["leadkpi_funnel_steps"].blocking?, of["leadkpi_funnel_free"].blocking?]
  end

  def test_every_call_that_the_gem_names_is_declared
    named = Dir[File.join(__dir__, "..", "lib", "**", "*.rb")].flat_map do |file|
      File.read(file).scan(/(?:Library\.|:|\b)(leadkpi_[a-z0-9_]+[a-z0-9])\b(?![_#"])/).flatten
    end
    known = Leadkpi::Library.declarations.keys + %w[error estimate host options table].map { |type| "leadkpi_#{type}" }
    assert_operator named.uniq.size, :>, 30
    assert_empty named.uniq - known
  end

  def test_every_kpi_function_is_declared_as_the_catalogue_says
    kpis = header("kpi_functions.h").scan(/^LEADKPI_API\s+double leadkpi_(\w+)\(([^;]*?)\);/m).to_h
    assert_equal kpis.keys.sort, Leadkpi.kpis.map(&:function).sort
    Leadkpi.kpis.each do |entry|
      expected = squeezed(kpis[entry.function]).split(", ").map do |each|
        each.include?("*") ? :pointer : each.split.first.to_sym
      end
      assert_equal expected, Leadkpi::Evaluation.parameters(entry), entry.function
    end
  end

  def test_structs_have_the_sizes_that_the_headers_promise
    assert_equal 512, Leadkpi::Library::ErrorStruct.size
    assert_equal 96, Leadkpi::Library::EstimateStruct.size
  end

  def test_versions_and_the_soname_agree
    version = header("version.h")[/LEADKPI_VERSION_STRING "(.*)"/, 1]
    assert_equal [version, version], [Leadkpi::VERSION, Leadkpi::LIBRARY_VERSION]
    folder = File.dirname(ENV.fetch("LEADKPI_LIBRARY"))
    return unless folder.end_with?(".libs")

    assert_path_exists File.join(folder, Leadkpi::Library.file_name)
  end

  def test_statuses_flags_and_types_are_those_of_the_headers
    statuses = header("status.h").scan(/LEADKPI_(\w+) = \d+/).flatten.map { |name| name.downcase.to_sym }
    assert_equal statuses, [:ok, *Leadkpi::STATUSES.keys]
    flags = header("kpi.h").scan(/LEADKPI_FLAG_(\w+) = 1 << (\d+)/)
    assert_equal flags.to_h { |name, bit| [1 << bit.to_i, name.downcase.to_sym] }, Leadkpi::Library::FLAGS
    types = header("table.h").scan(/LEADKPI_TYPE_(\w+) = (\d+)/)
    assert_equal types.to_h { |name, number| [number.to_i, name.downcase.to_sym] }, Leadkpi::Library::TYPES
  end

  def test_every_status_is_an_exception_of_its_own
    Leadkpi::STATUSES.each do |name, error|
      assert_operator error, :<, Leadkpi::Error
      assert_same error, Leadkpi.const_get(error.name.delete_prefix("Leadkpi::"))
      assert_equal [name, name, false], [error.status, error.new("x").status, error.meaning.empty?]
    end
    assert_equal :out_of_memory, Leadkpi::OutOfMemoryError.status
  end
end

# A library that is not there, or is another.
class TestFinding < Minitest::Test
  include Helper

  def required(library)
    environment = { "LEADKPI_LIBRARY" => library }
    Open3.capture3(environment, RbConfig.ruby, "-I", File.join(__dir__, "..", "lib"), "-e", "require 'leadkpi'")
  end

  def test_a_library_that_is_told_but_not_there_is_a_load_error_that_says_what_to_do
    _, said, status = required("/nowhere/libleadkpi.so.0")
    refute_predicate status, :success?
    ["LoadError", "/nowhere/libleadkpi.so.0", "install libleadkpi", "LEADKPI_LIBRARY"].each do |words|
      assert_includes said, words
    end
  end

  def test_a_library_that_is_another_is_a_load_error_that_says_so
    other = File.readlines("/proc/self/maps").filter_map { |line| line[%r{/\S*/libm\.so\.6}] }.first if
      File.exist?("/proc/self/maps")
    skip "no library to take for another" unless other
    _, said, status = required(other)
    refute_predicate status, :success?
    assert_match(/LoadError.*is not leadkpi|is not leadkpi.*LoadError/m, said)
  end

  def test_another_line_or_an_older_release_is_refused_with_both_versions
    %w[1.0.0 0.2.0 0.0.9].each do |found|
      raised = assert_raises(LoadError) { Leadkpi::Library.check_version(found) }
      assert_match(/expected .*#{Leadkpi::VERSION}.* found #{found}/, raised.message)
    end
    assert_raises(LoadError) { Leadkpi::Library.check_version("1.2.3", "1.2.4") }
    [["0.1.7"], ["1.3.0", "1.2.4"], ["1.10.0", "1.9.0"]].each { |told| assert_nil Leadkpi::Library.check_version(*told) }
  end
end
