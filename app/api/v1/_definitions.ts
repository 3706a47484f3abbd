import type { Route } from "#app/_lib/route-spec.ts";
import * as accessActsId from "./access/acts/[id]/route.ts";
import * as accessActs from "./access/acts/route.ts";
import * as accessAdminsId from "./access/admins/[id]/route.ts";
import * as accessApiTokensId from "./access/api-tokens/[id]/route.ts";
import * as activity from "./activity/route.ts";
import * as adminsIdDisable from "./admins/[id]/disable/route.ts";
import * as adminsIdEnable from "./admins/[id]/enable/route.ts";
import * as adminsIdEndSessions from "./admins/[id]/end-sessions/route.ts";
import * as adminsIdFactors from "./admins/[id]/factors/route.ts";
import * as adminsIdInvitation from "./admins/[id]/invitation/route.ts";
import * as adminsIdRole from "./admins/[id]/role/route.ts";
import * as adminsId from "./admins/[id]/route.ts";
import * as adminsIdSessionsSessionIdEnd from "./admins/[id]/sessions/[sessionId]/end/route.ts";
import * as adminsIdSessions from "./admins/[id]/sessions/route.ts";
import * as adminsLookAlike from "./admins/look-alike/route.ts";
import * as admins from "./admins/route.ts";
import * as apiTokensIdRevoke from "./api-tokens/[id]/revoke/route.ts";
import * as apiTokensId from "./api-tokens/[id]/route.ts";
import * as apiTokens from "./api-tokens/route.ts";
import * as approvalPolicy from "./approval-policy/route.ts";
import * as approvalsIdApprove from "./approvals/[id]/approve/route.ts";
import * as approvalsIdAskAgain from "./approvals/[id]/ask-again/route.ts";
import * as approvalsIdCheck from "./approvals/[id]/check/route.ts";
import * as approvalsIdDecline from "./approvals/[id]/decline/route.ts";
import * as approvalsId from "./approvals/[id]/route.ts";
import * as approvalsIdRun from "./approvals/[id]/run/route.ts";
import * as approvalsIdWithdraw from "./approvals/[id]/withdraw/route.ts";
import * as approvals from "./approvals/route.ts";
import * as audiencesIdLifetimesPreview from "./audiences/[id]/lifetimes/preview/route.ts";
import * as audiencesId from "./audiences/[id]/route.ts";
import * as audiences from "./audiences/route.ts";
import * as auditEntriesId from "./audit-entries/[id]/route.ts";
import * as auditEntriesHistogram from "./audit-entries/histogram/route.ts";
import * as auditEntries from "./audit-entries/route.ts";
import * as breakGlassIdReview from "./break-glass/[id]/review/route.ts";
import * as clientsIdDetectionRulesRule from "./clients/[id]/detection-rules/[rule]/route.ts";
import * as clientsIdDetectionRules from "./clients/[id]/detection-rules/route.ts";
import * as clientsIdDisable from "./clients/[id]/disable/route.ts";
import * as clientsIdEnable from "./clients/[id]/enable/route.ts";
import * as clientsIdFetchKeys from "./clients/[id]/fetch-keys/route.ts";
import * as clientsIdLifetimesExplain from "./clients/[id]/lifetimes/explain/route.ts";
import * as clientsIdLifetimesPreview from "./clients/[id]/lifetimes/preview/route.ts";
import * as clientsIdRevoke from "./clients/[id]/revoke/route.ts";
import * as clientsIdRotateSecret from "./clients/[id]/rotate-secret/route.ts";
import * as clientsId from "./clients/[id]/route.ts";
import * as clientsIdSecretsSecretIdRevoke from "./clients/[id]/secrets/[secretId]/revoke/route.ts";
import * as clients from "./clients/route.ts";
import * as compromiseWindowsKindId from "./compromise-windows/[kind]/[id]/route.ts";
import * as detectionRules from "./detection-rules/route.ts";
import * as detectionsIdCase from "./detections/[id]/case/route.ts";
import * as detectionsIdMute from "./detections/[id]/mute/route.ts";
import * as detectionsId from "./detections/[id]/route.ts";
import * as detectionsIdUnmute from "./detections/[id]/unmute/route.ts";
import * as detections from "./detections/route.ts";
import * as eventStreamsIdReplay from "./event-streams/[id]/replay/route.ts";
import * as eventStreamsIdRotateSecret from "./event-streams/[id]/rotate-secret/route.ts";
import * as eventStreamsId from "./event-streams/[id]/route.ts";
import * as eventStreamsIdStatus from "./event-streams/[id]/status/route.ts";
import * as eventStreamsIdTest from "./event-streams/[id]/test/route.ts";
import * as eventStreams from "./event-streams/route.ts";
import * as evidenceChecksIdCancel from "./evidence-checks/[id]/cancel/route.ts";
import * as evidenceChecksId from "./evidence-checks/[id]/route.ts";
import * as evidenceChecks from "./evidence-checks/route.ts";
import * as exportsIdCancel from "./exports/[id]/cancel/route.ts";
import * as exportsIdFile from "./exports/[id]/file/route.ts";
import * as exportsId from "./exports/[id]/route.ts";
import * as exports from "./exports/route.ts";
import * as familiesIdRevoke from "./families/[id]/revoke/route.ts";
import * as groupsId from "./groups/[id]/route.ts";
import * as groups from "./groups/route.ts";
import * as incidentsNumberBlastRadius from "./incidents/[number]/blast-radius/route.ts";
import * as incidentsNumberClientsIdRotateSecret from "./incidents/[number]/clients/[id]/rotate-secret/route.ts";
import * as incidentsNumberEvidenceId from "./incidents/[number]/evidence/[id]/route.ts";
import * as incidentsNumberEvidence from "./incidents/[number]/evidence/route.ts";
import * as incidentsNumberLeakReports from "./incidents/[number]/leak-reports/route.ts";
import * as incidentsNumberNotes from "./incidents/[number]/notes/route.ts";
import * as incidentsNumberNotices from "./incidents/[number]/notices/route.ts";
import * as incidentsNumberOrders from "./incidents/[number]/orders/route.ts";
import * as incidentsNumberOtherCases from "./incidents/[number]/other-cases/route.ts";
import * as incidentsNumberReissues from "./incidents/[number]/reissues/route.ts";
import * as incidentsNumber from "./incidents/[number]/route.ts";
import * as incidentsNumberStepsStep from "./incidents/[number]/steps/[step]/route.ts";
import * as incidentsNumberSubjects from "./incidents/[number]/subjects/route.ts";
import * as incidentsNumberTokens from "./incidents/[number]/tokens/route.ts";
import * as incidentsNumberUses from "./incidents/[number]/uses/route.ts";
import * as incidents from "./incidents/route.ts";
import * as keyPoliciesPurpose from "./key-policies/[purpose]/route.ts";
import * as keyPolicies from "./key-policies/route.ts";
import * as keySettings from "./key-settings/route.ts";
import * as keysKidActivate from "./keys/[kid]/activate/route.ts";
import * as keysKidCancel from "./keys/[kid]/cancel/route.ts";
import * as keysKidDestroy from "./keys/[kid]/destroy/route.ts";
import * as keysKidEmergency from "./keys/[kid]/emergency/route.ts";
import * as keysKidEmergencyPlan from "./keys/[kid]/emergency-plan/route.ts";
import * as keysKid from "./keys/[kid]/route.ts";
import * as keys from "./keys/route.ts";
import * as leakDesk from "./leak-desk/route.ts";
import * as leakReports from "./leak-reports/route.ts";
import * as lifelinesKindId from "./lifelines/[kind]/[id]/route.ts";
import * as live from "./live/route.ts";
import * as logRetentionPlan from "./log-retention/plan/route.ts";
import * as logRetentionReleases from "./log-retention/releases/route.ts";
import * as logRetention from "./log-retention/route.ts";
import * as mailSettingsRemove from "./mail-settings/remove/route.ts";
import * as mailSettings from "./mail-settings/route.ts";
import * as mailSettingsTest from "./mail-settings/test/route.ts";
import * as mailsIdSendAgain from "./mails/[id]/send-again/route.ts";
import * as mails from "./mails/route.ts";
import * as meApprovals from "./me/approvals/route.ts";
import * as meEndSessions from "./me/end-sessions/route.ts";
import * as meFactors from "./me/factors/route.ts";
import * as meNotificationChoices from "./me/notification-choices/route.ts";
import * as meNotificationsMark from "./me/notifications/mark/route.ts";
import * as meNotifications from "./me/notifications/route.ts";
import * as mePasskeysId from "./me/passkeys/[id]/route.ts";
import * as mePasskeysOptions from "./me/passkeys/options/route.ts";
import * as mePasskeys from "./me/passkeys/route.ts";
import * as mePassword from "./me/password/route.ts";
import * as meRecoveryCodes from "./me/recovery-codes/route.ts";
import * as me from "./me/route.ts";
import * as meSessionsIdEnd from "./me/sessions/[id]/end/route.ts";
import * as meSessions from "./me/sessions/route.ts";
import * as meStepUpOptions from "./me/step-up/options/route.ts";
import * as meStepUp from "./me/step-up/route.ts";
import * as meTablesName from "./me/tables/[name]/route.ts";
import * as meTables from "./me/tables/route.ts";
import * as meTotpEnrolment from "./me/totp/enrolment/route.ts";
import * as meTotp from "./me/totp/route.ts";
import * as networks from "./networks/route.ts";
import * as notificationSettings from "./notification-settings/route.ts";
import * as notificationWebhookRemove from "./notification-webhook/remove/route.ts";
import * as notificationWebhookRotateSecret from "./notification-webhook/rotate-secret/route.ts";
import * as notificationWebhook from "./notification-webhook/route.ts";
import * as notificationWebhookStatus from "./notification-webhook/status/route.ts";
import * as notificationWebhookTest from "./notification-webhook/test/route.ts";
import * as openapiJson from "./openapi.json/route.ts";
import * as ordersIdCancel from "./orders/[id]/cancel/route.ts";
import * as ordersIdCancelTogether from "./orders/[id]/cancel-together/route.ts";
import * as ordersIdPropagation from "./orders/[id]/propagation/route.ts";
import * as ordersId from "./orders/[id]/route.ts";
import * as orders from "./orders/route.ts";
import * as organisationLifetimesPreview from "./organisation/lifetimes/preview/route.ts";
import * as organisation from "./organisation/route.ts";
import * as overview from "./overview/route.ts";
import * as peopleImportsIdApply from "./people-imports/[id]/apply/route.ts";
import * as peopleImportsIdCompare from "./people-imports/[id]/compare/route.ts";
import * as peopleImportsIdParts from "./people-imports/[id]/parts/route.ts";
import * as peopleImportsId from "./people-imports/[id]/route.ts";
import * as peopleImportsIdRows from "./people-imports/[id]/rows/route.ts";
import * as peopleImports from "./people-imports/route.ts";
import * as plans from "./plans/route.ts";
import * as refusedCounts from "./refused-counts/route.ts";
import * as restoreConfirm from "./restore/confirm/route.ts";
import * as restore from "./restore/route.ts";
import * as restores from "./restores/route.ts";
import * as retentionPlan from "./retention/plan/route.ts";
import * as retention from "./retention/route.ts";
import * as savedViewsId from "./saved-views/[id]/route.ts";
import * as savedViews from "./saved-views/route.ts";
import * as scannersIdDisable from "./scanners/[id]/disable/route.ts";
import * as scannersIdEnable from "./scanners/[id]/enable/route.ts";
import * as scannersIdRotateSecret from "./scanners/[id]/rotate-secret/route.ts";
import * as scannersId from "./scanners/[id]/route.ts";
import * as scannersIdSecretsRevoke from "./scanners/[id]/secrets/[secretId]/revoke/route.ts";
import * as scanners from "./scanners/route.ts";
import * as sealCoverage from "./seal-coverage/route.ts";
import * as sessionsUidRevoke from "./sessions/[uid]/revoke/route.ts";
import * as setupEnrolment from "./setup/enrolment/route.ts";
import * as setupInvitation from "./setup/invitation/route.ts";
import * as setupLink from "./setup/link/route.ts";
import * as setupOwner from "./setup/owner/route.ts";
import * as signInEnrolment from "./sign-in/enrolment/route.ts";
import * as signInPasskey from "./sign-in/passkey/route.ts";
import * as signInPolicy from "./sign-in-policy/route.ts";
import * as signInProvidersIdDisable from "./sign-in-providers/[id]/disable/route.ts";
import * as signInProvidersIdEnable from "./sign-in-providers/[id]/enable/route.ts";
import * as signInProvidersId from "./sign-in-providers/[id]/route.ts";
import * as signInProviders from "./sign-in-providers/route.ts";
import * as signInProvidersTest from "./sign-in-providers/test/route.ts";
import * as signalReceiversIdDisable from "./signal-receivers/[id]/disable/route.ts";
import * as signalReceiversIdEnable from "./signal-receivers/[id]/enable/route.ts";
import * as signalReceiversIdRotateSecret from "./signal-receivers/[id]/rotate-secret/route.ts";
import * as signalReceiversId from "./signal-receivers/[id]/route.ts";
import * as signalReceivers from "./signal-receivers/route.ts";
import * as signalStreamsId from "./signal-streams/[id]/route.ts";
import * as signalStreamsIdStatus from "./signal-streams/[id]/status/route.ts";
import * as signalStreamsIdVerify from "./signal-streams/[id]/verify/route.ts";
import * as signalStreams from "./signal-streams/route.ts";
import * as tokenUsesFacets from "./token-uses/facets/route.ts";
import * as tokenUsesHistogram from "./token-uses/histogram/route.ts";
import * as tokenUsesHolders from "./token-uses/holders/route.ts";
import * as tokenUsesMap from "./token-uses/map/route.ts";
import * as tokenUses from "./token-uses/route.ts";
import * as tokenUsesSummary from "./token-uses/summary/route.ts";
import * as tokensIdLifeline from "./tokens/[id]/lifeline/route.ts";
import * as tokensIdRevoke from "./tokens/[id]/revoke/route.ts";
import * as tokensId from "./tokens/[id]/route.ts";
import * as tokensCountries from "./tokens/countries/route.ts";
import * as tokensFind from "./tokens/find/route.ts";
import * as tokens from "./tokens/route.ts";
import * as tokensTotal from "./tokens/total/route.ts";
import * as usersIdAccess from "./users/[id]/access/route.ts";
import * as usersIdDisable from "./users/[id]/disable/route.ts";
import * as usersIdEnable from "./users/[id]/enable/route.ts";
import * as usersIdErasure from "./users/[id]/erasure/route.ts";
import * as usersIdErasurePlan from "./users/[id]/erasure-plan/route.ts";
import * as usersIdGrantsClientIdWithdraw from "./users/[id]/grants/[clientId]/withdraw/route.ts";
import * as usersIdGroupReach from "./users/[id]/group-reach/route.ts";
import * as usersIdGroups from "./users/[id]/groups/route.ts";
import * as usersIdPassword from "./users/[id]/password/route.ts";
import * as usersIdRevoke from "./users/[id]/revoke/route.ts";
import * as usersId from "./users/[id]/route.ts";
import * as users from "./users/route.ts";
import * as verifiersIdDisable from "./verifiers/[id]/disable/route.ts";
import * as verifiersIdEnable from "./verifiers/[id]/enable/route.ts";
import * as verifiersIdInstancesInstanceIdEnd from "./verifiers/[id]/instances/[instanceId]/end/route.ts";
import * as verifiersIdInstances from "./verifiers/[id]/instances/route.ts";
import * as verifiersIdReportGaps from "./verifiers/[id]/report-gaps/route.ts";
import * as verifiersIdRotateSecret from "./verifiers/[id]/rotate-secret/route.ts";
import * as verifiersId from "./verifiers/[id]/route.ts";
import * as verifiersIdSecretsSecretIdRevoke from "./verifiers/[id]/secrets/[secretId]/revoke/route.ts";
import * as verifiersIdUses from "./verifiers/[id]/uses/route.ts";
import * as verifiersPropagation from "./verifiers/propagation/route.ts";
import * as verifiers from "./verifiers/route.ts";
import * as work from "./work/route.ts";

/** Every route of the API. A test walks the folders and fails for one that is missing here. */
export function allRoutes(): Route[] {
  return [
    accessActsId,
    accessActs,
    accessAdminsId,
    accessApiTokensId,
    activity,
    adminsLookAlike,
    admins,
    adminsId,
    adminsIdDisable,
    adminsIdFactors,
    adminsIdSessions,
    adminsIdSessionsSessionIdEnd,
    adminsIdEnable,
    adminsIdEndSessions,
    adminsIdInvitation,
    adminsIdRole,
    apiTokens,
    apiTokensId,
    apiTokensIdRevoke,
    approvalPolicy,
    approvals,
    approvalsId,
    approvalsIdApprove,
    approvalsIdAskAgain,
    approvalsIdCheck,
    approvalsIdDecline,
    approvalsIdRun,
    approvalsIdWithdraw,
    breakGlassIdReview,
    audiences,
    audiencesId,
    audiencesIdLifetimesPreview,
    auditEntries,
    auditEntriesHistogram,
    auditEntriesId,
    clients,
    compromiseWindowsKindId,
    clientsId,
    clientsIdLifetimesExplain,
    clientsIdLifetimesPreview,
    clientsIdDetectionRulesRule,
    clientsIdDetectionRules,
    clientsIdDisable,
    clientsIdEnable,
    clientsIdFetchKeys,
    clientsIdRevoke,
    clientsIdRotateSecret,
    clientsIdSecretsSecretIdRevoke,
    detectionRules,
    detectionsIdCase,
    detectionsIdMute,
    detectionsId,
    detectionsIdUnmute,
    detections,
    eventStreams,
    incidentsNumberLeakReports,
    incidentsNumberNotices,
    leakReports,
    mailSettings,
    mailSettingsRemove,
    mailSettingsTest,
    mails,
    mailsIdSendAgain,
    scanners,
    scannersId,
    scannersIdDisable,
    scannersIdEnable,
    scannersIdRotateSecret,
    scannersIdSecretsRevoke,
    signInPolicy,
    signInProviders,
    signInProvidersTest,
    signInProvidersId,
    signInProvidersIdDisable,
    signInProvidersIdEnable,
    eventStreamsId,
    eventStreamsIdReplay,
    eventStreamsIdRotateSecret,
    eventStreamsIdStatus,
    eventStreamsIdTest,
    exports,
    exportsId,
    exportsIdCancel,
    exportsIdFile,
    familiesIdRevoke,
    groups,
    groupsId,
    incidents,
    incidentsNumber,
    incidentsNumberBlastRadius,
    incidentsNumberClientsIdRotateSecret,
    incidentsNumberEvidence,
    incidentsNumberEvidenceId,
    incidentsNumberNotes,
    incidentsNumberOrders,
    incidentsNumberOtherCases,
    incidentsNumberReissues,
    incidentsNumberStepsStep,
    incidentsNumberSubjects,
    incidentsNumberTokens,
    incidentsNumberUses,
    keyPolicies,
    keyPoliciesPurpose,
    keySettings,
    keys,
    keysKid,
    keysKidActivate,
    keysKidCancel,
    keysKidDestroy,
    keysKidEmergency,
    keysKidEmergencyPlan,
    leakDesk,
    lifelinesKindId,
    live,
    me,
    meApprovals,
    meEndSessions,
    meFactors,
    meNotificationChoices,
    meNotifications,
    meNotificationsMark,
    networks,
    notificationSettings,
    notificationWebhook,
    notificationWebhookRemove,
    notificationWebhookRotateSecret,
    notificationWebhookStatus,
    notificationWebhookTest,
    mePasskeysId,
    mePasskeysOptions,
    mePasskeys,
    mePassword,
    meRecoveryCodes,
    meSessionsIdEnd,
    meSessions,
    meStepUpOptions,
    meStepUp,
    meTotpEnrolment,
    meTotp,
    signInPasskey,
    meTablesName,
    meTables,
    openapiJson,
    orders,
    ordersId,
    ordersIdCancel,
    ordersIdCancelTogether,
    ordersIdPropagation,
    organisation,
    organisationLifetimesPreview,
    overview,
    peopleImports,
    peopleImportsId,
    peopleImportsIdApply,
    peopleImportsIdCompare,
    peopleImportsIdParts,
    peopleImportsIdRows,
    plans,
    refusedCounts,
    restores,
    evidenceChecks,
    evidenceChecksId,
    evidenceChecksIdCancel,
    logRetention,
    logRetentionPlan,
    logRetentionReleases,
    restore,
    restoreConfirm,
    retention,
    retentionPlan,
    savedViews,
    sealCoverage,
    savedViewsId,
    sessionsUidRevoke,
    setupEnrolment,
    setupInvitation,
    setupLink,
    setupOwner,
    signInEnrolment,
    signalReceivers,
    signalReceiversId,
    signalReceiversIdDisable,
    signalReceiversIdEnable,
    signalReceiversIdRotateSecret,
    signalStreams,
    signalStreamsId,
    signalStreamsIdStatus,
    signalStreamsIdVerify,
    tokenUses,
    tokenUsesFacets,
    tokenUsesHistogram,
    tokenUsesHolders,
    tokenUsesMap,
    tokenUsesSummary,
    tokens,
    tokensId,
    tokensIdLifeline,
    tokensIdRevoke,
    tokensCountries,
    tokensFind,
    tokensTotal,
    users,
    usersId,
    usersIdAccess,
    usersIdDisable,
    usersIdEnable,
    usersIdErasure,
    usersIdErasurePlan,
    usersIdGrantsClientIdWithdraw,
    usersIdGroups,
    usersIdGroupReach,
    usersIdPassword,
    usersIdRevoke,
    verifiers,
    verifiersId,
    verifiersPropagation,
    verifiersIdDisable,
    verifiersIdEnable,
    verifiersIdInstances,
    verifiersIdInstancesInstanceIdEnd,
    verifiersIdReportGaps,
    verifiersIdUses,
    verifiersIdRotateSecret,
    verifiersIdSecretsSecretIdRevoke,
    work,
  ].flatMap((methods) => Object.values(methods) as Route[]);
}
