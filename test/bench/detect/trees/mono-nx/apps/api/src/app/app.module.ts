import { Module } from '@nestjs/common';
import { createPool } from 'mysql2/promise';
export const pool = createPool(process.env.DATABASE_URL ?? 'mysql://root@localhost/store');
@Module({})
export class AppModule {}
