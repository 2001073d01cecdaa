import { DataSource } from "typeorm";
export const source = new DataSource({ type: "mysql", host: process.env.DB_HOST, username: "members", database: "members", entities: [] });
