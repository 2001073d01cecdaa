const { Client } = require("@elastic/elasticsearch");
const express = require("express");
const mariadb = require("mariadb");
const pool = mariadb.createPool({ host: process.env.DB_HOST, user: process.env.DB_USER, password: process.env.DB_PASSWORD });
const search = new Client({ node: process.env.ELASTICSEARCH_URL || "http://localhost:9200" });
const app = express();
app.get("/", async (req, res) => res.json(await search.info()));
const PORT = process.env.PORT || 3000;
app.listen(PORT);
