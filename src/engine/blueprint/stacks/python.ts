import { type Asked, mentions, type Stack } from "./stack.ts";

const managers = {
  uv: { from: "uv>=0.8,<1", without: "--no-install-project" },
  poetry: { from: "poetry>=2,<3", without: "--no-root" },
  pdm: { from: "pdm>=2,<3", without: "--no-self" },
  pipenv: { from: "pipenv>=2024", without: "" },
} as const;

/** Where the debugger lies, beside the environment of the project: nothing of it is released. */
const debugFolder = "/usr/local/lib/sistership";

/** Dependencies live in /opt/venv, outside the source: one folder to copy, and nothing on the host. */
export function python({ image, version, commands }: Asked): Stack {
  const name = (["uv", "poetry", "pdm", "pipenv"] as const).find((one) =>
    mentions(image.install, new RegExp(`^(python -m )?${one}\\b`)),
  );
  const manager = name === undefined ? undefined : managers[name];
  const bring = manager ? [`/usr/local/bin/python -m pip install '${manager.from}'`] : [];
  const alsoRuns = name !== undefined && mentions(commands, new RegExp(`^${name}\\b`));
  // the project itself is installed once its source is there
  const own = image.install.filter((command) => /\bpip3? install\b.*\s(-e\s+)?\.(\[|\/|\s|$)/.test(command));
  const install = image.install
    .filter((command) => !own.includes(command))
    .map((command) =>
      manager?.without && command.startsWith(`${name} `) && !command.includes(manager.without)
        ? `${command} ${manager.without}`
        : command,
    );
  const finish = manager?.without
    ? image.install.filter((command) => command.startsWith(`${name} `) && !command.includes(manager.without))
    : own;
  return {
    base: `python:${version}-slim`,
    env: {
      VIRTUAL_ENV: "/opt/venv",
      UV_PROJECT_ENVIRONMENT: "/opt/venv",
      PATH: "/opt/venv/bin:$PATH",
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    toolEnv: {
      PIP_CACHE_DIR: "/cache/pip",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      PIP_ROOT_USER_ACTION: "ignore",
      UV_CACHE_DIR: "/cache/uv",
      UV_LINK_MODE: "copy",
      UV_PYTHON_DOWNLOADS: "never",
      POETRY_CACHE_DIR: "/cache/poetry",
      POETRY_VIRTUALENVS_CREATE: "false",
      PIPENV_CACHE_DIR: "/cache/pipenv",
    },
    toolPackages: ["git", "gcc", "g++", "libc6-dev"],
    baseRuns: ["/usr/local/bin/python -m venv /opt/venv", ...(alsoRuns ? bring : [])],
    ...(alsoRuns ? {} : { toolRuns: bring }),
    dev: {
      runs: [`/usr/local/bin/python -m pip install --target ${debugFolder} debugpy==1.8.22`],
      files: { [`${debugFolder}/sitecustomize.py`]: "debug/sitecustomize.py" },
      env: { PYTHONPATH: debugFolder },
    },
    manifests: [
      ...["requirements*.txt", "constraints*.txt", "pyproject.toml", "uv.lock", "uv.toml", "poetry.lock"],
      ...["poetry.toml", "pdm.lock", "pdm.toml", "Pipfile", "Pipfile.lock", ".python-version"],
      ...["base.txt", "common.txt", "prod.txt", "production.txt"],
    ],
    install,
    build: [...finish, ...image.run],
    devInstall: [
      ...image.install.map(withDevelopment),
      ...(name === undefined && image.install.length > 0
        ? [
            "for file in requirements-dev.txt requirements/dev.txt dev-requirements.txt; do if [ -f $file ]; then pip install -r $file; fi; done",
          ]
        : []),
    ],
    folders: ["/opt/venv"],
    mirrors: ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"],
    editor: {
      extensions: ["ms-python.python", "ms-python.debugpy", "charliermarsh.ruff"],
      settings: {
        "python.defaultInterpreterPath": "/opt/venv/bin/python",
        "python.testing.pytestEnabled": true,
      },
    },
  };
}

function withDevelopment(command: string): string {
  return command.replace(/\s(--no-dev|--only[ =]main|--without[ =]dev|--prod|--production)\b/g, "");
}
