/* The command `leadkpi`: reads files, calls the library, prints. See leadkpi(1). */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <leadkpi/version.h>

#include "commands.h"
#include "profile.h"
#include "unknown.h"

static const char help[] =
    "usage: leadkpi look FILE\n"
    "       leadkpi report --leads FILE [--stages FILE] [--costs FILE] [--responses FILE]\n"
    "                      [--profile NAME | --map MAP | --map-file FILE]\n"
    "                      [--by channel,campaign,month] [--kpi cpl,cac,roas]\n"
    "                      [--zone Europe/Berlin] [--as-of 2025-03-31] [--basis cohort|period]\n"
    "                      [--json | --csv] [--strict] [--rejects FILE]\n"
    "       leadkpi funnel --events FILE --steps 'visit,sign up,won' [--window 30d]\n"
    "                      [--preset NAME] [--by channel,month] [--show times]\n"
    "       leadkpi stages FILE --stages 'new,mql,sql,won' [--lost lost] [--show moves]\n"
    "                      [--by owner,month]\n"
    "       leadkpi responses LEADS --responses FILE [--conversions FILE] [--show targets]\n"
    "                      [--hours 'mon-fri 09:00-17:00'] [--by channel,month]\n"
    "       leadkpi cohort [retention|churn|survival|conversion|value|...] --revenue FILE ...\n"
    "                      --as-of 2025-03-31 [--by channel] [--set clock=calendar]\n"
    "       leadkpi kpi list [--category NAME] [--json]\n"
    "       leadkpi kpi show NAME [--json]\n"
    "       leadkpi kpi eval NAME 5000 250\n"
    "       leadkpi kpi eval NAME spend=5000 leads=250\n"
    "       leadkpi kpi compare | rank | explain | plan | baseline | benchmark | sql (kpi --help)\n"
    "       leadkpi attribute --paths FILE | --touches FILE --conversions FILE [--models=first,u,markov]\n"
    "       leadkpi --version | --help\n"
    "\n"
    "look says what is in a file and what to type next; report makes KPIs of leads, stages\n"
    "and costs; funnel says how many got how far; stages who went where in a CRM, and how long\n"
    "it took; responses how fast leads are answered; cohort who stays and what they are worth;\n"
    "attribute which touches earned it; kpi is the catalogue. FILE may be - for standard input.\n"
    "leadkpi report --help and man leadkpi have the rest.\n";

/* A full disk is an error like any other. */
static int close_output(int code)
{
    bool failed = ferror(stdout) != 0;
    failed = fflush(stdout) != 0 || failed;
    failed = fclose(stdout) != 0 || failed;
    if (!failed || code != TOOL_GOOD) return code;
    fprintf(stderr, "leadkpi: standard output cannot be written: %s\n", strerror(errno));
    return TOOL_DATA;
}

static const char look_help[] =
    "usage: leadkpi look [--encoding=NAME] [--delimiter=C] FILE\n"
    "\n"
    "Says what is in a file: encoding, header, columns, types, the profile that fits, and the\n"
    "command to type next. FILE may be - for standard input. man leadkpi has the rest.\n";

static const char kpi_help[] =
    "usage: leadkpi kpi list [--category NAME] [--json]\n"
    "       leadkpi kpi show NAME [--json]\n"
    "       leadkpi kpi eval NAME 5000 250 [--level 0.95] [--basis cohort|period] [--json]\n"
    "       leadkpi kpi eval NAME spend=5000 leads=250\n"
    "       leadkpi kpi sql NAME [--dialect postgresql|bigquery|snowflake|duckdb]\n"
    "       leadkpi kpi compare NAME FILE [--base ROW] [--exposure refuse|normalise]\n"
    "       leadkpi kpi rank NAME FILE [--by bound|shrunken|value]\n"
    "       leadkpi kpi explain NAME FILE [--through new_leads]\n"
    "       leadkpi kpi explain NAME BEFORE AFTER [--by channel]\n"
    "       leadkpi kpi plan leads target=10 rate=5% [probability=0.8]\n"
    "       leadkpi kpi plan spend target=10 cost=400 | coverage quota=500000 deal=20000 win_rate=25%\n"
    "       leadkpi kpi plan pace target=100 done=40 elapsed=0.5\n"
    "       leadkpi kpi baseline NAME FILE [--periods 12] [--season 12]\n"
    "       leadkpi kpi season NAME FILE [--season 12]\n"
    "       leadkpi kpi benchmark VALUES PACK [--as-of 2025-03-31]\n"
    "       leadkpi kpi scorecard FILE [--as-of 2025-03-31]\n"
    "       leadkpi kpi check NAME ...\n"
    "\n"
    "list shows the catalogue, show what is known about one KPI, eval computes it from numbers\n"
    "in the order of its inputs or by their names. FILE is CSV whose columns are inputs, a row a\n"
    "period or segment; these take --level, --basis, --json and --csv. man leadkpi has the rest.\n";

static const char attribute_help[] =
    "usage: leadkpi attribute [REPORT] FILES [--name=value]... [--json]\n"
    "\n"
    "REPORT  credits (the default), compare, touches, paths, summary, removal-effects, transitions,\n"
    "        states, shapley, measures or orders\n"
    "FILES   --paths FILE         path (\"Email > Direct\"), conversions, value, nulls\n"
    "        --touches FILE       id, time, channel, campaign, ad, sequence, cost\n"
    "        --conversions FILE   id, time, type, value, weight\n"
    "        --milestones FILE    id, time, milestone\n"
    "        --nulls FILE         id, time, weight\n"
    "        --costs FILE         channel, campaign, ad, cost, claimed_conversions, claimed_value\n"
    "\n"
    "Gives credit for conversions to channels; CSV out, or --json. Options of the journeys, such as\n"
    "--lookback=30d or --repeat=cycle, and of the report, such as --models=first,last,u,markov,\n"
    "--by=channel,campaign or --types=won, are those of leadkpi_attribution(3).\n";

static int run(int count, char **arguments, trouble *why)
{
    const char *word = count > 1 ? arguments[1] : "";
    if (strcmp(word, "report") == 0) return command_report(count - 2, arguments + 2, why);
    if (strcmp(word, "funnel") == 0) return command_funnel(count - 2, arguments + 2, why);
    if (strcmp(word, "stages") == 0) return command_stages(count - 2, arguments + 2, why);
    if (strcmp(word, "responses") == 0) return command_responses(count - 2, arguments + 2, why);
    if (strcmp(word, "cohort") == 0) return command_cohort(count - 2, arguments + 2, why);
    const char *short_help = strcmp(word, "look") == 0 ? look_help
                             : strcmp(word, "kpi") == 0 ? kpi_help
                             : strcmp(word, "attribute") == 0 ? attribute_help
                                                              : NULL;
    if (short_help && tool_wants_help(count - 2, arguments + 2))
        return fputs(short_help, stdout), TOOL_GOOD;
    if (strcmp(word, "look") == 0) return command_look(count - 2, arguments + 2, why);
    if (strcmp(word, "kpi") == 0) return command_kpi(count - 2, arguments + 2, why);
    if (strcmp(word, "attribute") == 0) return command_attribute(count - 2, arguments + 2, why);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        fputs(help, stdout);
        return TOOL_GOOD;
    }
    if (strcmp(word, "--version") == 0) {
        printf("leadkpi %s\n", leadkpi_version());
        return TOOL_GOOD;
    }
    return trouble_unknown(why, "", "look, report, funnel, stages, responses, cohort, attribute, kpi", slice_of(word), " (leadkpi --help)");
}

int main(int count, char **arguments)
{
    trouble why = {""};
    profile_set_program(count > 0 ? arguments[0] : "");
    int code = run(count, arguments, &why);
    if (code != TOOL_GOOD) {
        fflush(stdout);
        tool_warn("%s", why.text);
    }
    return close_output(code);
}
