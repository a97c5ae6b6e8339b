# frozen_string_literal: true

require_relative "lib/leadkpi/version"

Gem::Specification.new do |spec|
  spec.name = "leadkpi"
  spec.version = Leadkpi::VERSION
  spec.summary = "Lead-generation KPIs, each with its interval, or why there is none"
  spec.description = "Leads, what became of them, and what was spent go in; every KPI comes out, by any dimension " \
                     "and period. Funnels, stages, responses, cohorts, attribution and lifetime value over the C " \
                     "library leadkpi."
  spec.authors = ["The authors of libleadkpi"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir.chdir(__dir__) { Dir["lib/**/*.{rb,txt}"] + Dir["{README.md,.yardopts,COPYING}"] }
  spec.metadata["rubygems_mfa_required"] = "true"
  spec.add_dependency "bigdecimal", ">= 3.0", "< 5"
  spec.add_dependency "ffi", "~> 1.15"

  # With LEADKPI_BUNDLE, a platform gem that carries that library beside lib/leadkpi/library.rb;
  # the Rakefile puts it there.
  if ENV.key?("LEADKPI_BUNDLE")
    spec.platform = Gem::Platform.local
    spec.files += Dir.chdir(__dir__) { Dir["lib/leadkpi/*leadkpi*.{so.*,dylib,dll}"] }
  end
end
