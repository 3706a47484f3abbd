/** Texts of the Audiences area. */
export const audienceWords = {
  title: "Audiences",
  purpose: "Applications that accept tokens, and the permissions that each of them owns.",
  register: "Create an audience",
  emptyTitle: "No audience yet",
  emptyText:
    "An audience is an application that accepts tokens, such as an API. Create one, then let clients name it.",
  createTitle: "Create an audience",
  createPurpose: "Its name stands in the aud claim of tokens, its permissions in their scope.",
  editTitle: "Edit the audience",
  identity: "Identity",
  identityHelp: "Name and resource cannot be changed later: services compare them.",
  titleField: "Title",
  name: "Name",
  nameHelp: "Stands in aud. Lower-case letters, digits, dots, hyphens, underscores.",
  resource: "Resource",
  resourceHelp:
    "The address that clients name to get a token for it (RFC 8707), such as https://billing.example.com.",
  permissions: "Permissions",
  permissionsHelp: "Scope values that it owns, such as invoices:read. Names are unique over all audiences.",
  permissionName: "Permission",
  permissionDescription: "What it allows",
  addPermission: "Add a permission",
  removePermission: "Remove",
  create: "Create",
  save: "Save changes",
};
