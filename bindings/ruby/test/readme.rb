# frozen_string_literal: true

# readme.rb README.md: runs the Ruby of a README; each value that it promises, "# => value", is what
# the line gives, "..." standing for the rest of it.
promised = 0
CHECK = lambda do |line, wanted, value|
  found = value.inspect
  begins = wanted.sub(/\.\.\.("?)\z/, "")
  next if found == wanted || (begins != wanted && found.start_with?(begins))

  abort "README, line #{line}: expected #{wanted}, found #{found}"
end
inside = false
program = File.readlines(ARGV.fetch(0), encoding: "UTF-8").each_with_index.map do |line, index|
  fence = line.start_with?("```")
  inside = line.start_with?("```ruby") if fence
  next "\n" if fence || !inside
  next line unless (match = line.match(/\A(\s*)(.*\S)\s+# => (.*)\n\z/))

  promised += 1
  "#{match[1]}CHECK.call(#{index + 1}, #{match[3].dump}, (#{match[2]}))\n"
end
eval(program.join, TOPLEVEL_BINDING, ARGV.fetch(0), 1) # rubocop:disable Security/Eval
abort "README: nothing is promised" if promised.zero?
puts "#{promised} values are what the README says"
