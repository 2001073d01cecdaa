import type { Facts } from "./facts.ts";
import { note } from "./note.ts";

interface Need {
  packages?: readonly string[];
  build?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

const chromium: Need = {
  packages: ["chromium", "fonts-liberation"],
  env: { PUPPETEER_SKIP_DOWNLOAD: "true" },
};
const compiler = ["build-essential"];
const tesseract: Need = { packages: ["tesseract-ocr"] };
const ffmpeg: Need = { packages: ["ffmpeg"] };
const imagemagick: Need = { packages: ["imagemagick"] };

/** Debian packages that well-known libraries need, by language and library. */
const needs: Readonly<Record<string, Readonly<Record<string, Need>>>> = {
  python: {
    psycopg2: { packages: ["libpq5"], build: [...compiler, "libpq-dev"] },
    psycopg: { packages: ["libpq5"] },
    mysqlclient: { packages: ["libmariadb3"], build: [...compiler, "pkg-config", "libmariadb-dev"] },
    weasyprint: {
      packages: ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"],
    },
    cairosvg: { packages: ["libcairo2"] },
    pycairo: { packages: ["libcairo2"], build: [...compiler, "pkg-config", "libcairo2-dev"] },
    pillow: { packages: ["libjpeg62-turbo"] },
    "opencv-python": { packages: ["libgl1", "libglib2.0-0"] },
    "python-magic": { packages: ["libmagic1"] },
    pdf2image: { packages: ["poppler-utils"] },
    pytesseract: tesseract,
    ocrmypdf: { packages: ["ocrmypdf"] },
    "ffmpeg-python": ffmpeg,
    pydub: ffmpeg,
    moviepy: ffmpeg,
    "openai-whisper": ffmpeg,
    "yt-dlp": ffmpeg,
    soundfile: { packages: ["libsndfile1"] },
    wand: { packages: ["libmagickwand-dev"] },
    xmlsec: { packages: ["libxmlsec1-openssl"], build: [...compiler, "pkg-config", "libxmlsec1-dev"] },
    python3_saml: { packages: ["libxmlsec1-openssl"] },
    "python-ldap": { packages: ["libldap-common"], build: [...compiler, "libldap2-dev", "libsasl2-dev"] },
    pyodbc: { packages: ["unixodbc"] },
    gdal: { packages: ["gdal-bin"], build: [...compiler, "libgdal-dev"] },
    playwright: { packages: ["chromium"] },
    selenium: { packages: ["chromium", "chromium-driver"] },
    pyppeteer: { packages: ["chromium"] },
    graphviz: { packages: ["graphviz"] },
  },
  node: {
    prisma: { packages: ["openssl"] },
    "@prisma/client": { packages: ["openssl"] },
    puppeteer: { ...chromium, env: { PUPPETEER_SKIP_DOWNLOAD: "true" } },
    "puppeteer-core": { packages: chromium.packages ?? [] },
    playwright: { packages: ["chromium"] },
    "playwright-core": { packages: ["chromium"] },
    "fluent-ffmpeg": ffmpeg,
    gm: imagemagick,
    imagemagick,
    canvas: { packages: ["libcairo2", "libpango-1.0-0", "libjpeg62-turbo", "libgif7", "librsvg2-2"] },
    "pdf-poppler": { packages: ["poppler-utils"] },
    "node-tesseract-ocr": tesseract,
    "node-gyp": { build: [...compiler, "python3"] },
    "better-sqlite3": { build: [...compiler, "python3"] },
    "pg-native": { packages: ["libpq5"], build: [...compiler, "python3", "libpq-dev"] },
  },
  ruby: {
    pg: { packages: ["libpq5"], build: ["libpq-dev"] },
    mysql2: { packages: ["libmariadb3"], build: ["libmariadb-dev"] },
    trilogy: {},
    sqlite3: { packages: ["libsqlite3-0"] },
    "ruby-vips": { packages: ["libvips42"] },
    image_processing: { packages: ["libvips42"] },
    mini_magick: imagemagick,
    rmagick: { packages: ["imagemagick"], build: ["libmagickwand-dev"] },
    "streamio-ffmpeg": ffmpeg,
    wicked_pdf: { packages: ["wkhtmltopdf"] },
    grover: { packages: ["chromium"] },
  },
  rust: {
    openssl: { packages: ["libssl3"], build: ["pkg-config", "libssl-dev"] },
    "native-tls": { packages: ["libssl3"], build: ["pkg-config", "libssl-dev"] },
    diesel: { packages: ["libpq5"], build: ["libpq-dev"] },
  },
};

/** Debian packages for what the application depends on. */
export function decidePackages(facts: Facts): void {
  const table = needs[facts.language] ?? {};
  const seen = new Set<string>();
  for (const dependency of facts.dependencies) {
    if (dependency.dev || seen.has(dependency.name)) continue;
    const need = Object.hasOwn(table, dependency.name) ? table[dependency.name] : undefined;
    // psycopg[binary] brings its own library.
    if (need === undefined || dependency.extras.includes("binary")) continue;
    seen.add(dependency.name);
    for (const name of need.packages ?? []) {
      if (facts.packages.includes(name)) continue;
      facts.packages.push(name);
      note(facts, "build.packages", name, dependency, `${dependency.name} needs ${name}`);
    }
    for (const name of need.build ?? [])
      if (!facts.buildPackages.includes(name)) facts.buildPackages.push(name);
    Object.assign(facts.buildEnv, need.env);
  }
}
