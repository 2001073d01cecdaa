/** Every id that package.json and the code share; a test holds the two against each other. */
export const commandIds = [
  "sistership.setUpProject",
  "sistership.generateFiles",
  "sistership.updateImages",
  "sistership.openInEnvironment",
  "sistership.stopEnvironment",
  "sistership.resetEnvironment",
  "sistership.rebuildEnvironment",
  "sistership.reopenInside",
  "sistership.rehearse",
  "sistership.compareEnvironments",
  "sistership.refreshEnvironment",
  "sistership.startPart",
  "sistership.stopPart",
  "sistership.restartPart",
  "sistership.openPage",
  "sistership.debugPart",
  "sistership.openShell",
  "sistership.copyConnection",
  "sistership.runTests",
  "sistership.showLogs",
  "sistership.showStageLogs",
  "sistership.checkMachine",
  "sistership.cancel",
  "sistership.fix",
  "sistership.addServer",
  "sistership.setUpServer",
  "sistership.renewEdge",
  "sistership.joinServer",
  "sistership.leaveGroup",
  "sistership.copyServerAddress",
  "sistership.editServer",
  "sistership.removeServer",
  "sistership.shipToServers",
  "sistership.deploy",
  "sistership.rollBack",
  "sistership.scaleProcess",
  "sistership.restartProcess",
  "sistership.stopStage",
  "sistership.startStage",
  "sistership.openStage",
  "sistership.manageSecrets",
  "sistership.destroyStage",
  "sistership.checkStage",
  "sistership.checkServer",
  "sistership.openServerTerminal",
  "sistership.openSshConfig",
  "sistership.refreshServers",
  "sistership.copyCommand",
  "sistership.showLog",
  "sistership.openWalkthrough",
] as const;
export type CommandId = (typeof commandIds)[number];

export const viewIds = ["sistership.environment", "sistership.servers", "sistership.activity"] as const;
export type ViewId = (typeof viewIds)[number];

/** Context keys and what they are before anything is known. */
export const contextKeys = {
  "sistership.busy": false,
  "sistership.profileLooked": false,
  "sistership.hasProfile": false,
  "sistership.machineChecked": false,
  "sistership.serversListed": false,
  "sistership.hasServers": false,
  "sistership.activityRead": false,
  "sistership.hasActivity": false,
  "sistership.hasDevContainers": false,
};
export type ContextKey = keyof typeof contextKeys;

export const settingIds = [
  "sistership.docker.host",
  "sistership.ssh.configFile",
  "sistership.servers",
  "sistership.leadKeys",
] as const;
export type SettingId = (typeof settingIds)[number];
