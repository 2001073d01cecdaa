import { App, fsRoutes, staticFiles } from "fresh";

export const app = new App();
app.use(staticFiles());
await fsRoutes(app, { loadRoute: (path) => import(`./routes/${path}`), loadIsland: (path) => import(`./islands/${path}`) });

if (import.meta.main) {
  await app.listen();
}
