/* channel.h: channels from UTM fields, by rules that are data.
 *
 *     Name := field=pattern|pattern & field=pattern
 *
 * field is source, medium or campaign; a pattern is compared without regard to ASCII case and may
 * have * at its ends; an empty one matches a field that is null or empty. All conditions
 * of a rule must hold; of the rules the first that does gives its name. */
#ifndef LK_ATTRIBUTION_CHANNEL_H
#define LK_ATTRIBUTION_CHANNEL_H

#include "base/options.h"

enum { LK_UTM_SOURCE, LK_UTM_MEDIUM, LK_UTM_CAMPAIGN, LK_UTM_COUNT };

#define LK_CHANNEL_UNASSIGNED LK_LITERAL("Unassigned")

/* Made after GA4's default channel group, whose lists of sites are longer: search, shopping, social
 * and video sites stand here by the names that reports mostly show. */
#define LK_SITES_SEARCH "google*|bing*|yahoo*|duckduckgo*|ecosia*|baidu*|yandex*|qwant*|naver*"
#define LK_SITES_SOCIAL                                                                            \
    "facebook*|fb|m.facebook*|l.facebook*|instagram*|ig|linkedin*|lnkd.in|twitter*|t.co|x.com|"      \
    "tiktok*|pinterest*|reddit*|snapchat*|quora*|xing*|threads*|bluesky*|mastodon*"
#define LK_SITES_VIDEO "youtube*|vimeo*|twitch*|wistia*|dailymotion*"
#define LK_SITES_SHOPPING "amazon*|ebay*|etsy*|shopping.google*|igshopping|shopify*|walmart*"
#define LK_MEDIUM_PAID "cp*|ppc|retargeting|paid*"
#define LK_CHANNEL_RULES_DEFAULT                                                                   \
    "Direct := source=|(direct)|direct & medium=|(none)|(not set)|none,"                           \
    "Cross-network := campaign=*cross-network*,"                                                   \
    "Paid Shopping := source=" LK_SITES_SHOPPING " & medium=" LK_MEDIUM_PAID ","                   \
    "Paid Shopping := campaign=*shopping*|shop* & medium=" LK_MEDIUM_PAID ","                      \
    "Display := medium=display|banner|expandable|interstitial|cpm,"                                \
    "Paid Search := source=" LK_SITES_SEARCH " & medium=" LK_MEDIUM_PAID ","                       \
    "Paid Social := source=" LK_SITES_SOCIAL " & medium=" LK_MEDIUM_PAID ","                       \
    "Paid Social := medium=paid_social|paid-social|paidsocial,"                                    \
    "Paid Video := source=" LK_SITES_VIDEO " & medium=" LK_MEDIUM_PAID ","                         \
    "Paid Other := medium=" LK_MEDIUM_PAID ","                                                     \
    "Email := medium=email|e-mail|e_mail|e mail|newsletter,"                                       \
    "Email := source=email|e-mail|e_mail|e mail|newsletter,"                                       \
    "Affiliates := medium=affiliate|affiliates,"                                                   \
    "Audio := medium=audio,"                                                                       \
    "SMS := medium=sms,"                                                                           \
    "SMS := source=sms,"                                                                           \
    "Mobile Push := medium=*push|*mobile*|*notification*,"                                         \
    "Organic Shopping := source=" LK_SITES_SHOPPING ","                                            \
    "Organic Social := source=" LK_SITES_SOCIAL ","                                                \
    "Organic Social := medium=social|social-network|social-media|sm|social network|social media,"  \
    "Organic Video := source=" LK_SITES_VIDEO ","                                                  \
    "Organic Video := medium=*video*,"                                                             \
    "Organic Search := medium=organic,"                                                            \
    "Organic Search := source=" LK_SITES_SEARCH ","                                                \
    "Referral := medium=referral|app|link"

/* The rules of a definition. Status: OK, BAD_ARGUMENT (with the rule). */
leadkpi_status lk_channel_rules_check(const leadkpi_options *definition, leadkpi_error *error);

/* The channel of a touch; fields[LK_UTM_...], "" where null. Lives as long as the definition. */
lk_text lk_channel_of(const leadkpi_options *definition, const lk_text fields[LK_UTM_COUNT]);

#endif
